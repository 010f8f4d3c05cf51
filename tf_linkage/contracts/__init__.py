"""The seam: the tables one body hands another, declared once. One file per body."""
