"""What passes between bodies."""
