"""The dashboards in Superset: what it imports, and how it is started."""
