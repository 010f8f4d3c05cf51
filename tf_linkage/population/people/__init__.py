"""Who is there: families, names, communities, children in care."""
