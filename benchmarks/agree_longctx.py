"""The measures of long context beside OpenCompass's, on the same outputs.

    OPENCOMPASS_PY=…/bin/python COMPASS_TEST_DATA=… python benchmarks/agree_longctx.py

Outputs and references are real texts of the benchmarks in COMPASS_TEST_DATA, and texts
made to be tricky.  Each is scored by both, one sample at a time; prints one JSON line.
The peer's interpreter runs this file with ``--peer``.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path


def peer() -> None:
    """Score what stands on standard input with OpenCompass's evaluators."""
    from opencompass.datasets import longbench, needlebench, ruler
    from opencompass.datasets.needlebench.multi import NeedleBenchMultiEvaluator
    from opencompass.datasets.needlebench.origin import NeedleBenchOriginEvaluator
    from opencompass.datasets.ruler.ruler_niah import RulerNiahEvaluator
    from opencompass.datasets.ruler.ruler_qa import RulerQaEvaluator

    assert needlebench and ruler
    evaluators = {
        "f1-en": longbench.LongBenchF1Evaluator("en"),
        "f1-zh": longbench.LongBenchF1Evaluator("zh"),
        "rouge-en": longbench.LongBenchRougeEvaluator("en"),
        "rouge-zh": longbench.LongBenchRougeEvaluator("zh"),
        "classes": longbench.LongBenchClassificationEvaluator(),
        "count": longbench.LongBenchCountEvaluator(),
        "retrieval-en": longbench.LongBenchRetrievalEvaluator("en"),
        "retrieval-zh": longbench.LongBenchRetrievalEvaluator("zh"),
        "code": longbench.LongBenchCodeSimEvaluator(),
        "needle": NeedleBenchOriginEvaluator(),
        "needles": NeedleBenchMultiEvaluator(),
        "ruler-all": RulerNiahEvaluator(),
        "ruler-any": RulerQaEvaluator(),
    }
    asked = json.load(sys.stdin)
    found = {}
    with contextlib.redirect_stdout(io.StringIO()):
        for name, rows in asked.items():
            found[name] = []
            for row in rows:
                output = row["output"]
                if row.get("line"):
                    output = output.lstrip("\n").split("\n")[0]
                result = evaluators[name].score([output], [row["peer"]])
                found[name].append(result["score"] / 100)
    print("@@" + json.dumps(found))


def sets(data: Path) -> dict[str, list[dict]]:
    """Return outputs with their references, by the name of the measure."""
    rng = random.Random(7)
    english, chinese, code = texts(data)
    rows: dict[str, list[dict]] = {"f1-en": [], "f1-zh": [], "rouge-en": [], "rouge-zh": []}
    for language, some in (("en", english), ("zh", chinese)):
        for number in range(300):
            one, other, third = rng.sample(some, 3)
            output = mixed(one, other, rng)
            targets = [one, third] if number % 3 else [one]
            for measure in ("f1", "rouge"):
                row = {"output": output, "targets": targets, "line": number % 4 == 0}
                rows[f"{measure}-{language}"].append(row)
        edges = ["", " ", ".", "...", "the", "\n\nfirst\nsecond", "。", "A. B. C."]
        for edge in edges:
            for measure in ("f1", "rouge"):
                row = {"output": edge, "targets": [rng.choice(some)], "line": False}
                rows[f"{measure}-{language}"].append(row)
    for one in rows.values():
        for row in one:
            row["peer"] = row["targets"]
    rows["code"] = [
        {"output": prefix + mixed(one, rng.choice(code), rng), "targets": [one], "peer": [one]}
        for one in code
        for prefix in ("", "# next line\n", "```python\n", "\n\n")
    ]
    return {**rows, **counted(rng), **sorted_in(rng), **hidden(rng, english)}


def counted(rng: random.Random) -> dict[str, list[dict]]:
    """Return counts and numbers of passages."""
    rows: dict[str, list[dict]] = {"count": [], "retrieval-en": [], "retrieval-zh": []}
    for _ in range(300):
        right = rng.randrange(1, 31)
        others = [rng.choice([right, rng.randrange(1, 31), 10 * right]) for _ in range(4)]
        said = [f"It is {n}." for n in others[: rng.randrange(4)]]
        output = rng.choice(["", "Paragraph ", "段落"]).join(["", *said]) + "<think>7</think>"
        for name, target in (
            ("count", f"{right}"),
            ("retrieval-en", f"Paragraph {right}"),
            ("retrieval-zh", f"段落{right}"),
        ):
            targets = [target] if right % 5 else [target, target]
            rows[name].append({"output": output, "targets": targets, "peer": targets})
    return rows


def sorted_in(rng: random.Random) -> dict[str, list[dict]]:
    """Return classes whose names are parts of each other."""
    classes = ["art", "part", "parts", "party", "state", "statement", "human group", "group", "up"]
    rows = []
    for _ in range(400):
        named = rng.sample(classes, rng.randrange(4))
        targets = rng.sample(classes, 1 + (rng.random() < 0.2))
        output = rng.choice(["", "\n", "Type: "]) + ", ".join(named) + "\nType: group"
        peer = {"answers": targets, "all_classes": classes}
        row = {"output": output, "targets": targets, "classes": classes, "line": True}
        rows.append({**row, "peer": peer})
    return {"classes": rows}


def hidden(rng: random.Random, english: list[str]) -> dict[str, list[dict]]:
    """Return needles: found, half found, garbled."""
    from compass.data.wordlists import coined, coined_names

    rows: dict[str, list[dict]] = {"needle": [], "needles": [], "ruler-all": [], "ruler-any": []}
    for number in range(300):
        names, word = coined_names(rng, 4), coined(rng)
        fact = f"The password of {names[0]} is {word}."
        output = mixed(rng.choice([fact, fact.upper(), word, names[0]]), rng.choice(english), rng)
        rows["needle"].append(
            {"output": output, "wanted": [word], "needles": [fact], "peer": f"{fact}*{word}"}
        )
        said = ", ".join(rng.sample(names, rng.randrange(5))) + rng.choice(["", " " + word])
        said = said.lower() if number % 2 else said
        keywords = "*" + " ".join(names)
        rows["needles"].append({"output": said, "wanted": names, "peer": fact + keywords})
        for name in ("ruler-all", "ruler-any"):
            rows[name].append({"output": said, "wanted": names, "peer": names})
    return rows


def texts(data: Path) -> tuple[list[str], list[str], list[str]]:
    """Return English texts, Chinese texts and lines of code."""
    english = []
    for file in sorted((data / "outputs" / "mt_bench").rglob("*.jsonl")):
        for line in file.read_text("utf-8").splitlines():
            for choice in json.loads(line).get("choices", []):
                english += [turn for turn in choice["turns"] if isinstance(turn, str)]
    chinese = []
    for file in sorted((data / "xquad").rglob("*zh*.json")):
        for article in json.loads(file.read_text("utf-8"))["data"]:
            for paragraph in article["paragraphs"]:
                chinese += [paragraph["context"]]
                chinese += [a["text"] for q in paragraph["qas"] for a in q["answers"]]
    lines: dict[str, None] = {}
    for text in english:
        if "```" in text:
            lines.update(dict.fromkeys(one for one in text.split("```")[1].split("\n") if one))
    short = [text for text in english if len(text) < 1500]
    return short, chinese, list(lines)[:150]


def mixed(one: str, other: str, rng: random.Random) -> str:
    """Return a text that shares some of another."""
    start, stop = sorted(rng.randrange(len(one) + 1) for _ in range(2))
    return rng.choice([one, one[start:stop], one[:start] + other[:80], other[:200] + one[stop:]])


def ours(asked: dict[str, list[dict]]) -> dict[str, list[float]]:
    """Score with Compass."""
    from compass.evaluators import Classes, EditSimilarity, LongBench, Needle, Numbers
    from compass.records import Prediction, Sample

    compat = "opencompass"

    def evaluator(name, line):
        read = "line" if line else "whole"
        measure, _, language = name.partition("-")
        if measure in ("f1", "rouge"):
            return LongBench(measure, language, read, compat=compat)
        return {
            "classes": Classes(read="line", compat=compat),
            "count": Numbers(compat=compat),
            "retrieval": Numbers(compat=compat),
            "code": EditSimilarity(compat=compat),
            "needle": Needle(compat=compat),
            "needles": Needle(compat=compat),
            "ruler": Needle(need=language or "all", compat="ruler") if measure == "ruler" else None,
        }[measure]

    found: dict[str, list[float]] = {}
    for name, rows in asked.items():
        for row in rows:
            known = {k: row[k] for k in ("wanted", "needles", "classes") if k in row}
            targets = tuple(row.get("targets") or [", ".join(row["wanted"])])
            sample = Sample(id="s", fields={}, targets=targets, metadata=known)
            said = Prediction(key="k", sample_id="s", output=row["output"])
            values = evaluator(name, row.get("line")).verdict(sample, [said]).values
            found.setdefault(name, []).append(next(iter(values.values())) or 0.0)
    return found


def main() -> None:
    """Compare, and say where the two differ."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    data = Path(os.environ.get("COMPASS_TEST_DATA", "../shared/data"))
    python = os.environ.get("OPENCOMPASS_PY")
    if not python:
        raise SystemExit("set OPENCOMPASS_PY to the interpreter of OpenCompass")
    asked = sets(data)
    said = subprocess.run(
        [python, __file__, "--peer"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=False,
    )
    marked = [line for line in said.stdout.splitlines() if line.startswith("@@")]
    if not marked:
        raise SystemExit(said.stderr[-3000:])
    theirs, mine = json.loads(marked[-1][2:]), ours(asked)
    report: dict[str, object] = {"benchmark": "agree_longctx", "peer": "opencompass"}
    for name, scores in mine.items():
        # RULER's evaluators round to a hundredth of a percent.
        near = 5.1e-5 if name.startswith("ruler") else 1e-9
        far = [
            n for n, pair in enumerate(zip(scores, theirs[name], strict=True))
            if abs(pair[0] - pair[1]) > near
        ]  # fmt: skip
        mean = round(sum(scores) / len(scores), 4)
        report[name] = {"n": len(scores), "mean": mean, "differ": len(far)}
        if far and "--show" in sys.argv:
            for n in far[:3]:
                print(name, scores[n], theirs[name][n], asked[name][n], file=sys.stderr)
    print(json.dumps(report))


if __name__ == "__main__":
    peer() if "--peer" in sys.argv else main()
