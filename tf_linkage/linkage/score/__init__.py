"""What a pair is worth: match weights, family evidence, explanations."""
