"""Files read strictly: structure, cells, contract."""
