"""Was the test in the training data?  What corpora and models tell, and what it does to scores."""
