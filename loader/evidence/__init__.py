"""What the cells of a sheet show, for and against each way to read them, from all rows."""
