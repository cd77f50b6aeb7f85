"""Copies of test questions in a corpus: the questions are indexed, the corpus streams by.

    samples ──passage──> Index          (small: every n-gram of every question, hashed)
    files ──shards──> documents ──normal──> Stream ──search──> Findings      (huge, constant memory)
    Findings of every segment ──report──> clean / input / input-and-label

A hash only ever proposes: whatever is reported has been compared character by character.
"""
