"""Which pairs become candidates: rules counted."""
