"""What each body holds: its tables, one file per body."""
