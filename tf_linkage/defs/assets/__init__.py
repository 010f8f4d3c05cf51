"""Assets by group."""
