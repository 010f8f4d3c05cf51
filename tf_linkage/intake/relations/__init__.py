"""The rules between a body's files, and a delivery compared with the one before."""
