"""One table resolved within itself."""
