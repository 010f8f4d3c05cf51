"""Values brought into one form before they are compared."""
