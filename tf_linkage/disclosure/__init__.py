"""What may leave: minimum counts, suppression, rounding."""
