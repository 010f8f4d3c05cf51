"""The simulated world: families, people, names, places and lives, by keyed draws."""
