"""What shows a breach: the ledger and the leak scan."""
