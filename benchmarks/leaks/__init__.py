"""Models with planted leaks, and how well each method finds them."""
