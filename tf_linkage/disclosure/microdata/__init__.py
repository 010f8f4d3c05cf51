"""Who stands out in a table of people or families, and coarsening until nobody does."""
