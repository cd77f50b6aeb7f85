"""Model entries, to be imported by name in a config or named on the command line."""
