"""What the longer studies add to the report."""
