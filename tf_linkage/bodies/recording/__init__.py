"""How a value is written down: late, wrong, or not at all."""
