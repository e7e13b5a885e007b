"""What the loader and the reporting share: the settings and the way into the warehouse."""
