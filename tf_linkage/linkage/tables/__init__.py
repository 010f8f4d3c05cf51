"""The two tables of a linkage, standardised, numbered and held in DuckDB."""
