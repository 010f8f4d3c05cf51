"""Real extract files, read into a contract or refused with file, line and rule."""
