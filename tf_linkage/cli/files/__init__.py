"""Commands on any files of your own."""
