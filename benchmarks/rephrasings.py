"""What catches rephrased test questions: the sets of Yang et al. 2023 (arXiv:2311.04850).

Every rephrasing is compared with all originals.  A method that scores similarity gets the
threshold that one rephrasing in a hundred passes when its own original is taken away (so it is
compared with unrelated questions alone); caught is whose own original passes it.
n-gram methods have no threshold: their false alarms are counted the same way.

    python benchmarks/rephrasings.py --data ../shared/data --embed SMOLLM2_FOLDER
"""

from __future__ import annotations

import argparse
import csv
import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from compass.contamination.corpus.index import Settings, build  # noqa: E402
from compass.contamination.corpus.normal import normalise  # noqa: E402
from compass.contamination.corpus.passages import Passage  # noqa: E402
from compass.contamination.corpus.search import Search  # noqa: E402

FALSE_ALARMS = 0.01
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

Pairs = list[tuple[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embed", metavar="FOLDER", help="a small model for embeddings")
    parser.add_argument("--only", default="", metavar="PART", help="sets with this in their name")
    parser.add_argument("--most", type=int, default=300, help="texts of a set to embed (300)")
    arguments = parser.parse_args()
    for name, pairs in sets(arguments.data).items():
        if arguments.only not in name:
            continue
        originals, rephrased = map(list, zip(*pairs, strict=True))
        print(f"{name}: {len(rephrased)} rephrasings")
        for method, found, false in ngrams(originals, rephrased):
            print(f"  {method:34} caught {found:5}   unrelated flagged {false:5}", flush=True)
        for method, scores in similarities(originals, rephrased).items():
            _tell(method, scores)
        if arguments.embed:
            most = arguments.most
            texts = [*originals[:most], *rephrased[:most]]
            for method, vectors in embeddings(arguments.embed, texts).items():
                half = len(texts) // 2
                _tell(f"{method}, {half} texts", vectors[half:] @ vectors[:half].T)


def _tell(method: str, scores: Any) -> None:
    """Print how many a similarity of rephrasings (down) and originals (across) catches."""
    size = len(scores)
    own = np.diag(scores)
    others = scores.copy()
    np.fill_diagonal(others, -np.inf)
    strangest = others.max(axis=1)
    threshold = np.quantile(strangest, 1 - FALSE_ALARMS, method="higher")
    caught = int((own > threshold).sum())
    first = int((own > strangest).sum())
    false = int((strangest > threshold).sum())
    print(
        f"  {method:34} caught {caught:5}   unrelated flagged {false:5}   "
        f"original ranked first {first:5} of {size}",
        flush=True,
    )


def sets(data: Path) -> dict[str, Pairs]:
    """Return originals with their rephrasings; a few rows of the sets are empty."""
    folder = data / "llm_decontaminator"
    gsm8k = [row["question"] for row in _rows(data / "gsm8k" / "test.jsonl")]
    asked = [
        row["text"].removeprefix("Question: ").partition("\nAnswer:")[0]
        for row in _rows(folder / "rephrase" / "rephrase_gsm8k.jsonl")
    ]
    code = [
        [row["text"] for row in _rows(folder / place)]
        for place in ("test/HumanEval.jsonl", "rephrase/humaneval_python.jsonl")
    ]
    found = {"GSM8K": (gsm8k, asked), "HumanEval": (code[0], code[1])}
    with next((data / "mmlu").rglob("abstract_algebra_test.csv")).open(newline="") as file:
        algebra = [row["question"] for row in csv.DictReader(file)]
    for name in ("rephrase_english_filtered_question", "chinese"):
        rows = _rows(folder / "rephrase" / f"abstract_algebra_test_{name}.jsonl")
        texts = [row["text"].partition("\n答案")[0] for row in rows]
        found[f"MMLU abstract algebra, {name.partition('_filtered')[0]}"] = algebra, texts
    return {
        name: [(a, b) for a, b in zip(*both, strict=True) if a.strip() and b.strip()]
        for name, both in found.items()
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.open(encoding="utf-8")]


def ngrams(originals: Sequence[str], rephrased: Sequence[str]) -> list[tuple[str, int, int]]:
    """Return by method how many rephrasings hold their original, and how many another one."""
    passages = [Passage(dataset="d", id=str(n), question=text) for n, text in enumerate(originals)]
    _, matches = Search(build(passages, Settings())).matches(rephrased)
    asked = build(passages, Settings()).asked
    rules: dict[str, Callable[[Any], bool]] = {
        "13 words (GPT-3)": lambda match: bool(match.words),
        "10 words with skips (Llama 2)": lambda match: (
            sum(b - a for a, b in match.skip) >= 0.2 * asked[match.passage]
        ),
        "50 characters (GPT-4)": lambda match: bool(match.probes),
    }
    told = []
    for name, rule in rules.items():
        hits = [match for match in matches if rule(match)]
        own = {match.document for match in hits if match.document == match.passage}
        other = {match.document for match in hits if match.document != match.passage}
        told.append((name, len(own), len(other)))
    return told


def similarities(originals: Sequence[str], rephrased: Sequence[str]) -> dict[str, Any]:
    """Return by method a similarity of each rephrasing to each original."""
    words = [_words(text) for text in [*originals, *rephrased]]
    chars = [_pieces("".join(one)) for one in words]
    numbers = [_NUMBER.findall(text) for text in [*originals, *rephrased]]
    size = len(originals)
    by_words, by_chars = _cosine(words, size), _cosine(chars, size)
    by_numbers = _shared(numbers, size)
    return {
        "TF-IDF cosine of words": by_words,
        "TF-IDF cosine of 3 to 5 characters": by_chars,
        "IDF-weighted overlap of words": _overlap(words, size),
        "numbers in common": by_numbers,
        "characters and numbers": by_chars + by_numbers,
    }


def _words(text: str) -> list[str]:
    stream = normalise([text])
    return stream.words(0, len(stream.bounds) - 1)


def _pieces(text: str) -> list[str]:
    return [text[n : n + size] for size in (3, 4, 5) for n in range(len(text) - size + 1)]


def _counts(texts: Sequence[Sequence[str]]) -> Any:
    names: dict[str, int] = {}
    rows, columns, values = [], [], []
    for row, parts in enumerate(texts):
        for part, count in Counter(parts).items():
            rows.append(row)
            columns.append(names.setdefault(part, len(names)))
            values.append(float(count))
    return sparse.csr_matrix((values, (rows, columns)), shape=(len(texts), max(len(names), 1)))


def _idf(counts: Any, size: int) -> Any:
    """Return the weight of each part: how rare it is among the originals."""
    return np.log((1 + size) / (1 + np.asarray((counts[:size] > 0).sum(axis=0)).ravel())) + 1


def _cosine(texts: Sequence[Sequence[str]], size: int) -> Any:
    counts = _counts(texts)
    weighed = sparse.csr_matrix(counts.multiply(_idf(counts, size)[None, :]))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    unit = sparse.diags(1 / np.maximum(lengths, 1e-12)) @ weighed
    return (unit[size:] @ unit[:size].T).toarray()


def _overlap(texts: Sequence[Sequence[str]], size: int) -> Any:
    counts = _counts(texts)
    there = sparse.csr_matrix((counts > 0).astype(float))
    weights = _idf(counts, size)
    shared = (there[size:].multiply(weights[None, :]) @ there[:size].T).toarray()
    return shared / np.maximum(there[:size] @ weights, 1e-12)[None, :]


def _shared(numbers: Sequence[Sequence[str]], size: int) -> Any:
    """Return the share of numbers that two texts have in common (Jaccard, as multisets)."""
    counts = [Counter(one.replace(",", "").rstrip(".") for one in found) for found in numbers]
    scores = np.zeros((len(numbers) - size, size))
    for row, mine in enumerate(counts[size:]):
        for column, other in enumerate(counts[:size]):
            either = (mine | other).total()
            scores[row, column] = (mine & other).total() / either if either else 0.0
    return scores


def embeddings(folder: str, texts: Sequence[str]) -> dict[str, Any]:
    """Return unit vectors: means of hidden states of a middle and of the last layer."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    torch.set_num_threads(1)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).eval()
    middle, last = [], []
    for text in texts:
        tokens = tokenizer(text, return_tensors="pt", truncation=True, max_length=256)
        with torch.inference_mode():
            states = model(**tokens, output_hidden_states=True).hidden_states
        middle.append(states[len(states) // 2][0, 1:].mean(0).numpy())
        last.append(states[-1][0, 1:].mean(0).numpy())
    return {"hidden states, middle": _unit(middle), "hidden states, last": _unit(last)}


def _unit(vectors: Sequence[Any]) -> Any:
    """Return vectors without their common mean, at length 1."""
    stacked = np.stack(vectors)
    stacked = stacked - stacked.mean(axis=0)
    return stacked / np.linalg.norm(stacked, axis=1, keepdims=True)


if __name__ == "__main__":
    main()
