"""What happens to people: work, school, crime, hardship."""
