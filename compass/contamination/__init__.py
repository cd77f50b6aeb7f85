"""Was the benchmark in the training data?  Evidence, with its strength."""
