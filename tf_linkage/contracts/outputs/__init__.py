"""What is made of the linked records: research tables, estimates, releases, quality."""
