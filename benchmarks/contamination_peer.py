"""One peer on a corpus that ``contamination.py --write`` has made: what it found, CPU seconds.

Runs under the Python of the peer, with nothing of Compass; one worker.  The set-up (the index of
the questions) is timed apart from the scan where the peer lets it.

    python benchmarks/contamination_peer.py datatrove|corpus-assay|decon corpus.jsonl
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def main(peer: str, path: Path) -> None:
    questions = [json.loads(line) for line in path.with_suffix(".questions.jsonl").open()]
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HF_HOME"] = f"{folder}/hub"
        out = os.dup(1)
        os.dup2(2, 1)  # the peers' own words are not the result
        found, times = PEERS[peer](path, questions, Path(folder))
        os.dup2(out, 1)
    print(json.dumps({"found": sorted(found), **times}))


@contextmanager
def clocked(times: dict[str, float]) -> Iterator[None]:
    """Add wall and CPU seconds, those of children included, to times."""
    began, wall = os.times(), time.monotonic()
    yield
    ended = os.times()
    times["cpu"] = sum(ended[:4]) - sum(began[:4])
    times["wall"] = time.monotonic() - wall


def datatrove(path: Path, questions: list[dict[str, Any]], folder: Path) -> tuple[set[str], Any]:
    """13-grams of the questions; the documents that it would drop."""
    import numpy as np
    import orjson
    from datatrove.data import Document
    from datatrove.pipeline.decont.n_grams import NGramsDecontConfig, NGramsDecontFilter
    from datatrove.utils.text import ngrams, simplify_text

    config = NGramsDecontConfig(n_grams=13, find_query_ngrams=True)
    step = NGramsDecontFilter(str(folder), config)
    hashes = set()
    for row in questions:
        words = step.tokenizer.word_tokenize(simplify_text(row["question"], config.norm_config))
        hashes.update(step.hash_func(" ".join(one)) for one in ngrams(words, 13))
    array = np.array(list(hashes), dtype=config.hash_config.np_descr)
    array.tofile(folder / "questions.index.hashes")
    dropped: set[str] = set()
    times: dict[str, float] = {}
    with clocked(times), path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            if step.filter(Document(text=row["text"], id=str(row["id"]))) is not True:
                dropped.add(str(row["id"]))
    return dropped, times


def assay(path: Path, questions: list[dict[str, Any]], folder: Path) -> tuple[set[str], Any]:
    """13-grams of the questions, at least three in a document (its default)."""
    import subprocess

    asked = folder / "questions.jsonl"
    asked.write_text("".join(json.dumps(row) + "\n" for row in questions))
    config = folder / "config.json"  # JSON is YAML
    benchmark = {"name": "made-up", "dataset": "json", "data_files": {"test": str(asked)}}
    benchmark |= {"splits": ["test"], "fields": ["question"]}
    config.write_text(json.dumps({"benchmarks": [benchmark], "ngram": 13, "min_hits": 3}))
    program = [f"{Path(sys.executable).parent}/corpus-assay"]
    index, out = f"{folder}/index.native", folder / "out"
    made = ["build-index", "--config", str(config), "--out-index", index, "--allow-unpinned"]
    subprocess.run([*program, *made], check=True)
    scan = ["scan", "--input", str(path), "--index", index, "--out-dir", str(out)]
    scan += ["--config", str(config), "--workers", "1", "--id-key", "id"]
    times: dict[str, float] = {}
    with clocked(times):
        subprocess.run([*program, *scan, "--max-return-records", "1000000"], check=True)
    rows = (out / "contaminated_docs").glob("*.ndjson")
    return {
        json.loads(line)["doc_id"].removesuffix("-part-0") for f in rows for line in f.open()
    }, times


def decon(path: Path, questions: list[dict[str, Any]], folder: Path) -> tuple[set[str], Any]:
    """Its own method with its defaults, by the question alone: half of the copies lack the answer.

    The index is part of the time (about a second).
    """
    import decon

    for name in ("corpus", "questions"):
        (folder / name).mkdir()
    (folder / "corpus" / path.name).symlink_to(path.resolve())
    with (folder / "questions" / "made-up.jsonl").open("w") as file:
        for number, row in enumerate(questions):
            about = {"eval_key": "made-up", "eval_instance_index": number, "split": "test"}
            texts = {"question": row["question"], "answer": row["answer"], "passage": ""}
            more = {"doc_id": number, "fingerprint": row["id"], "is_correct": True}
            file.write(json.dumps({**about, **texts, **more}) + "\n")
    config = decon.Config(
        training_dir=str(folder / "corpus"),
        evals_dir=str(folder / "questions"),
        report_output_dir=str(folder / "out"),
        worker_threads=1,
        index_answers=False,
        index_passages=False,
    )
    times: dict[str, float] = {}
    with clocked(times):
        out = decon.detect(config)
    lines = (line for file in Path(out).glob("*.jsonl") for line in file.open())
    return {questions[json.loads(line)["eval_instance_index"]]["id"] for line in lines}, times


PEERS = {"datatrove": datatrove, "corpus-assay": assay, "decon": decon}


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
