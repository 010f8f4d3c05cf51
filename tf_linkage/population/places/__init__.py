"""Where people live."""
