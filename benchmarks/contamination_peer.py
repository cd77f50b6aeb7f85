"""datatrove's n-gram decontamination on a corpus that ``contamination.py --write`` has made.

Runs under a Python that has datatrove, orjson and regex, and nothing of Compass: one process,
13-grams of questions and answers, the documents that it would drop.

    python benchmarks/contamination_peer.py corpus.jsonl
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path


def main(path: Path) -> None:
    import numpy as np
    import orjson
    from datatrove.data import Document
    from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
    from datatrove.utils.text import ngrams, simplify_text

    config = NGramsDecontConfig(n_grams=13, find_query_ngrams=True)
    questions = [json.loads(line) for line in path.with_suffix(".questions.jsonl").open()]
    planted = set(json.loads(path.with_suffix(".planted.json").read_text()))
    with tempfile.TemporaryDirectory() as folder:
        step = NGramsDecontFilter(folder, config)
        hashes = set()
        for row in questions:
            words = step.tokenizer.word_tokenize(simplify_text(row["question"], config.norm_config))
            hashes.update(step.hash_func(" ".join(one)) for one in ngrams(words, 13))
        array = np.array(list(hashes), dtype=config.hash_config.np_descr)
        array.tofile(Path(folder) / "questions.index.hashes")
        began, wall = time.process_time(), time.monotonic()
        dropped = set()
        with path.open("rb") as file:
            for line in file:
                row = orjson.loads(line)
                if step.filter(Document(text=row["text"], id=str(row["id"]))) is not True:
                    dropped.add(str(row["id"]))
        cpu = time.process_time() - began
    size = path.stat().st_size / 1e6
    print(
        f"datatrove: {size:,.0f} MB, {size / cpu:.2f} MB a CPU second, {cpu:.1f} CPU seconds, "
        f"{time.monotonic() - wall:.1f} s; {len(dropped & planted)} of {len(planted)} copies "
        f"found, {len(dropped - planted)} falsely"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
