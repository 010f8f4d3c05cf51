"""Each kind of published table: which figures may leave, and how finely."""
