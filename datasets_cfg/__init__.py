"""Benchmarks: how each is read, asked and scored, with its citation."""
