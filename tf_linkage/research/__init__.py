"""The de-identified tables on which researchers work."""
