"""The de-identified tables, one module each, and how values are made coarse."""
