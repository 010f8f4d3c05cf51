"""The data folder: where tables lie, who may write, what is on record."""
