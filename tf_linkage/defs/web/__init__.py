"""The web server, guarded."""
