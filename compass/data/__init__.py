"""Readers: where samples come from.

A reader gives the samples of one split as a stream, the pool of few-shot
examples, and a digest of the data it reads:

    file or hub ──> row (place, columns) ──> Sample
    files, hub      `read_rows`, …           a mapping, one for each benchmark
"""
