"""Fresh questions made of a benchmark's own, by rules whose results are checked."""
