"""Who is one person, what stands for a person, and the split of identifiers from attributes."""
