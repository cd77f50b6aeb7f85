"""What to run: one experiment a file."""
