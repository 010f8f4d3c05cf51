"""What passes between custodians, with a manifest that its recipient checks."""
