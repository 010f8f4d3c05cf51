"""What the UI shows of an asset."""
