"""A Power BI project as text: the star, metrics as measures, and a report of four pages."""
