"""From a figure of the reports to the file, sheet and row of every line behind it."""
