"""The HTTP API: reads marts, reports and quality, and changes nothing."""
