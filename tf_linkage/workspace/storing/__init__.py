"""What a table on disk says of its making, and who may write."""
