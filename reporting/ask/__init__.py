"""What is asked of the warehouse, answered with tables whose columns have kinds."""
