"""The store of secrets: locks, passwords, the clock, retention, destruction."""
