"""What BI tools open, made of dbt's manifest: of the metrics, the star and its words."""
