"""The evaluation of the Troubled Families programme, rehearsed and run: see README.md."""
