"""From scored pairs to links."""
