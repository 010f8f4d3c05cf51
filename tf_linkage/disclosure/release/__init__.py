"""One release, all releases together, and the output check."""
