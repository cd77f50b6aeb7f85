"""Scans of files: every kind, damaged ones, stopped and gone on with, in parts."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow
import pytest
from planted_corpus import Words, questions, write_lines
from pyarrow import parquet

from compass.cli import main
from compass.contamination.corpus import segments as segments_module
from compass.contamination.corpus import shards
from compass.contamination.corpus.index import Settings
from compass.contamination.corpus.passages import Passage
from compass.contamination.corpus.report import report
from compass.contamination.corpus.scan import ScanFolder, identity, scan
from compass.contamination.corpus.shards import corpus_files
from compass.errors import DataError, StoreError
from compass.store import read_rows

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def made():
    """Forty questions, and documents that hold the first twenty, every other with its answer."""
    words = Words(11)
    asked = questions(40, words)
    documents = [words.text(80) for _ in range(200)]
    for number, one in enumerate(asked[:20]):
        answer = f"\nAnswer: {one.answer}" if number % 2 else ""
        documents[number * 10] = f"{words.text(20)} {one.question}{answer} {words.text(60)}"
    return asked, documents


def looked(asked, patterns, folder, **other):
    """Scan in two processes and return the report."""
    settings = Settings()
    files = corpus_files(list(map(str, patterns)))
    segments = scan(asked, settings, files, ScanFolder(folder), workers=2, **other)
    name = other.get("name", "text")
    return report(asked, settings, identity(asked, settings, name), segments)


def labels(result):
    return {item["id"]: item["label"] for item in result.items}


WANTED = {
    f"q{n}": ("input-and-label" if n % 2 else "input") if n < 20 else "clean" for n in range(40)
}


def test_every_kind_of_file_is_read_alike(made, tmp_path):
    asked, documents = made
    lines = "".join(json.dumps({"text": text, "n": 1}) + "\n" for text in documents).encode()
    (tmp_path / "a.jsonl").write_bytes(lines)
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(lines))
    (tmp_path / "c.jsonl.bz2").write_bytes(bz2.compress(lines))
    (tmp_path / "d.jsonl.xz").write_bytes(lzma.compress(lines))
    with pyarrow.CompressedOutputStream(str(tmp_path / "e.jsonl.zst"), "zstd") as stream:
        stream.write(lines)
    (tmp_path / "f.txt").write_text("\n\n".join(documents), "utf-8")
    table = pyarrow.table({"n": range(len(documents)), "text": documents})
    parquet.write_table(table, tmp_path / "g.parquet", row_group_size=60)
    result = looked(asked, [tmp_path / "*"], tmp_path / "scan")
    assert labels(result) == WANTED
    assert result.document["corpus"]["files"] == 7
    assert result.document["corpus"]["problems"] == {}
    seen = {
        (Path(one["file"]).name, one["row"])
        for item in result.items[:20]
        for one in looked_alone(asked, tmp_path, item)
    }
    expected = {(name, 1 + 10 * n) for n in range(20) for name in KINDS}
    expected |= {("f.txt", place) for place in text_lines(documents)}
    assert seen == expected


KINDS = ("a.jsonl", "b.jsonl.gz", "c.jsonl.bz2", "d.jsonl.xz", "e.jsonl.zst", "g.parquet")


def text_lines(documents):
    """Return the line of a text file that each planted question begins in."""
    lines, at = [], 1
    for number, text in enumerate(documents):
        if number % 10 == 0 and number < 200:
            lines.append(at)
        at += text.count("\n") + 2
    return lines


def looked_alone(asked, folder, item):
    """Return the sightings of an item in each file alone: a scan of all keeps only a few."""
    if not hasattr(looked_alone, "kept"):
        looked_alone.kept = {}
        for path in sorted(folder.glob("*.*")):
            result = looked(asked, [path], folder / f"alone-{path.name}")
            for row in result.items:
                looked_alone.kept.setdefault(row["id"], []).extend(row["seen"])
    return looked_alone.kept[item["id"]]


def test_a_name_with_brackets_is_a_name(made, tmp_path):
    asked, documents = made
    odd = tmp_path / "part[1]"
    odd.mkdir()
    write_lines(odd / "a[2].jsonl", documents)
    for pattern in (odd, odd / "a[2].jsonl"):
        assert labels(looked(asked, [pattern], tmp_path / f"of {pattern.name}")) == WANTED


def naive_words(text):
    """The words of a text, as the documentation says: a word a character in Chinese."""
    kept = re.sub(r"[^\w\s]", "", text.lower())
    return re.findall(r"[\u4e00-\u9fff]|[^\s\u4e00-\u9fff]+", kept)


def naive_ngrams(words, size):
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def test_a_scan_agrees_with_sets_of_ngrams(tmp_path):
    """Few words, so that n-grams nearly agree everywhere; copies of 6 to 30 words of half of the
    questions stand in the corpus, in capitals and with other signs."""
    rng = random.Random(7)
    vocabulary = [f"w{a}{b}" for a in "abcdefghijklmnop" for b in "abcdefghijklmnop"]
    vocabulary += list("的是我天地人大小中国")
    asked = [
        Passage(
            dataset="made-up",
            id=f"q{number}",
            question=" ".join(rng.choices(vocabulary, k=rng.randint(5, 40))),
        )
        for number in range(300)
    ]
    documents = []
    for _ in range(1500):
        words = rng.choices(vocabulary, k=rng.randint(20, 120))
        if rng.random() < 0.3:
            source = rng.choice(asked[:150]).question.split()
            size = rng.randint(6, 30)
            start = rng.randint(0, max(0, len(source) - size))
            piece = source[start : start + size]
            words[10:10] = [word.upper() + rng.choice(["", ",", "!"]) for word in piece]
        documents.append(" ".join(words))
    write_lines(tmp_path / "c.jsonl", documents)
    wanted = {}
    corpus = {
        size: set().union(*(naive_ngrams(naive_words(text), size) for text in documents))
        for size in range(8, 14)
    }
    for one in asked:
        words = naive_words(one.question)
        size = min(13, len(words))
        found = size >= 8 and naive_ngrams(words, size) & corpus[size]
        wanted[one.id] = "unchecked" if size < 8 else "input" if found else "clean"
    assert set(wanted.values()) == {"unchecked", "input", "clean"}
    settings = Settings(methods=("words",))
    files = corpus_files([str(tmp_path / "c.jsonl")])
    segments = scan(asked, settings, files, ScanFolder(tmp_path / "scan"), workers=2)
    result = report(
        asked, settings, identity(asked, settings, "text"), segments, common_documents=0
    )
    assert labels(result) == wanted


def test_ranges_of_a_file_hold_every_line_once(made, tmp_path, monkeypatch):
    asked, documents = made
    write_lines(tmp_path / "a.jsonl", documents)
    (tmp_path / "b.txt").write_text("\n".join(documents), "utf-8")
    whole = looked(asked, [tmp_path / "*"], tmp_path / "whole")
    monkeypatch.setattr(shards, "RANGE", 1 << 16)
    cut = looked(asked, [tmp_path / "*"], tmp_path / "cut")
    rows = list(read_rows(tmp_path / "cut" / "segments.jsonl"))
    assert len(rows) > 3
    assert cut == whole


def test_a_packed_file_is_read_in_segments_that_add_up(made, tmp_path, monkeypatch):
    asked, documents = made
    lines = "".join(json.dumps({"text": text}) + "\n" for text in documents * 20).encode()
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(lines, 1))
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress("\n".join(documents * 20).encode(), 1))
    from compass.contamination.corpus import answers, gather, index, search

    found = index.build(asked, Settings())
    gatherer = gather.Gatherer(search.Search(found), index.keys_of(asked))
    assert answers is not None
    files = corpus_files([str(tmp_path / "*.gz")])

    def read(size):
        monkeypatch.setattr(segments_module, "RANGE", size)
        return [
            one.to_dict()
            for shard in shards.open_shards(files, {})
            for one in segments_module.segments(shard, "text", gatherer)
        ]

    whole, cut = read(1 << 30), read(1 << 17)
    assert (len(whole), len(cut)) > (2, 8)
    made_of = identity(asked, Settings(), "text")
    assert report(asked, Settings(), made_of, cut) == report(asked, Settings(), made_of, whole)
    # A scan that was stopped after any segment goes on from there to the same result.
    first = next(n for n, one in enumerate(cut) if one["stop"] is not None)
    for kept in range(first + 1, len(cut), 3):
        read_before = cut[:kept]
        done = {}
        for row in read_before:
            done.setdefault(row["file"], {})[row["start"]] = row["stop"], row["rows"]
        rest = [
            one.to_dict()
            for shard in shards.open_shards(files, done)
            for one in segments_module.segments(shard, "text", gatherer)
        ]
        again = report(asked, Settings(), made_of, [*read_before, *rest])
        assert again == report(asked, Settings(), made_of, whole)


def test_what_cannot_be_read_is_counted_and_named_and_the_rest_is_read(made, tmp_path, capsys):
    asked, documents = made
    lines = [json.dumps({"text": text}) for text in documents]
    broken = [*lines[:150]]
    broken[7:7] = ['{"text": "cut', "", "[1, 2]", '{"body": "no such field"}', '{"text": 5}']
    (tmp_path / "broken.jsonl").write_text("\n".join(broken), "utf-8")
    (tmp_path / "rest.jsonl").write_text("\n".join(lines[150:]), "utf-8")
    (tmp_path / "wrong.jsonl").write_text('{"content": "a"}\n{"content": "b"}\n', "utf-8")
    (tmp_path / "binary.jsonl").write_bytes(bytes(range(256)) * 100)
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    (tmp_path / "latin.txt").write_bytes("caf\xe9\nplain\n".encode("latin-1"))
    parquet.write_table(pyarrow.table({"body": ["x"]}), tmp_path / "wrong.parquet")
    (tmp_path / "damaged.parquet").write_bytes(b"PAR1 and no more")
    packed = gzip.compress("".join(f"{line}\n" for line in lines * 4).encode())
    (tmp_path / "cut.jsonl.gz").write_bytes(packed[: len(packed) // 2])
    with pyarrow.CompressedOutputStream(str(tmp_path / "whole.zst"), "zstd") as stream:
        other = Words(13)
        more = [json.dumps({"text": other.text(80)}) + "\n" for _ in range(3000)]
        stream.write("".join(more).encode())
    squeezed = (tmp_path / "whole.zst").read_bytes()
    (tmp_path / "whole.zst").unlink()
    (tmp_path / "cut.jsonl.zst").write_bytes(squeezed[: len(squeezed) * 3 // 4])

    result = looked(asked, [tmp_path / "*"], tmp_path / "scan")
    assert labels(result) == WANTED
    corpus = result.document["corpus"]
    assert corpus["problems"] == {
        "broken JSON": 1,
        "field 'text' holds no text": 1,
        "files not read to their end": 6,
        "no field 'text'": 3,
        "no object": 1,
        "not UTF-8": 1,
    }
    assert corpus["empty"] == 1
    told = {(Path(one["file"]).name, one["row"]): one["what"] for one in corpus["named"]}
    assert "broken JSON" in told["broken.jsonl", 8]
    assert told["broken.jsonl", 11] == "no field 'text': there are 'body'"
    assert "binary" in told["binary.jsonl", 0]
    assert told["picture.png", 0] == "nothing reads files of this kind"
    assert told["empty.jsonl", 0] == "empty"
    assert "no column 'text'; there are 'body'" in told["wrong.parquet", 0]
    for name in ("cut.jsonl.gz", "cut.jsonl.zst", "damaged.parquet"):
        assert any(
            file == name and "damaged or cut off" in what for (file, _), what in told.items()
        )
    rows = {}
    for row in read_rows(tmp_path / "scan" / "segments.jsonl"):
        rows[Path(row["file"]).name] = rows.get(Path(row["file"]).name, 0) + row["rows"]
    assert rows["cut.jsonl.gz"] > 100
    assert rows["cut.jsonl.zst"] > 1000


def arguments(corpus, data, out, *more):
    return ["contamination", "corpus", "--corpus", str(corpus), "--datasets", str(data),
            "-o", str(out), "--workers", "2", *more]  # fmt: skip


def write_rows(path, asked):
    rows = ({"question": one.question, "answer": one.answer, "id": one.id} for one in asked)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")


def test_a_scan_that_was_killed_goes_on_to_the_same_result(made, tmp_path):
    asked, documents = made
    data = tmp_path / "asked.jsonl"
    write_rows(data, asked)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(40):
        part = documents[number * 5 : number * 5 + 5]
        write_lines(corpus / f"{number:02}.jsonl", [*part, *documents[1:9] * 20])
    assert main(arguments(corpus, data, tmp_path / "whole")) == 0

    out = tmp_path / "killed"
    command = [sys.executable, "-m", "compass", *arguments(corpus, data, out)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for wanted in (3, 12):
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        log = out / "segments.jsonl"
        deadline = time.monotonic() + 60
        while process.poll() is None and time.monotonic() < deadline:
            if log.exists() and log.read_bytes().count(b"\n") >= wanted:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.002)
        process.wait()
    read = log.read_bytes()
    assert read.count(b"\n") > 0
    log.write_bytes(read[:-7])  # as a crash in mid-append leaves it
    assert main(arguments(corpus, data, out)) == 0
    for name in ("scan.json", "items.jsonl"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_parts_put_together_are_the_whole(made, tmp_path, capsys):
    asked, documents = made
    data = tmp_path / "asked.jsonl"
    write_rows(data, asked)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number in range(6):
        write_lines(corpus / f"{number}.jsonl", documents[number::6])
    assert main(arguments(corpus, data, tmp_path / "whole")) == 0
    for number in (1, 2):
        assert main(arguments(corpus, data, tmp_path / f"p{number}", "--part", f"{number}/2")) == 0
    parts = [str(tmp_path / "p1"), str(tmp_path / "p2")]
    assert main(["contamination", "merge", *parts, "-o", str(tmp_path / "both")]) == 0
    for name in ("scan.json", "items.jsonl"):
        assert (tmp_path / "both" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    assert main(["contamination", "merge", str(tmp_path / "none"), "-o", "x"]) == 5
    assert "no finished scan" in capsys.readouterr().err


def test_a_changed_file_is_read_anew_and_other_settings_are_refused(made, tmp_path):
    asked, documents = made
    write_lines(tmp_path / "a.jsonl", documents[1:10])
    write_lines(tmp_path / "b.jsonl", documents[1:10])
    folder = tmp_path / "scan"
    assert set(labels(looked(asked, [tmp_path / "*.jsonl"], folder)).values()) == {"clean"}
    before = len(list(read_rows(folder / "segments.jsonl")))
    write_lines(tmp_path / "a.jsonl", documents[:5])
    assert labels(looked(asked, [tmp_path / "*.jsonl"], folder))["q0"] == "input"
    assert len(list(read_rows(folder / "segments.jsonl"))) == before + 1
    with pytest.raises(StoreError, match="other datasets"):
        looked(asked[1:], [tmp_path / "*.jsonl"], folder)
    looked(asked[1:], [tmp_path / "*.jsonl"], folder, anew=True)
    with pytest.raises(DataError, match="no file matches"):
        looked(asked, [tmp_path / "*.nothing"], folder)


def test_a_phrase_of_many_documents_does_not_count_but_a_whole_copy_does(made, tmp_path):
    asked, _ = made
    words = Words(12)
    phrase = " ".join(asked[0].question.split()[:15])
    texts = [f"{words.text(20)} {phrase} {words.text(20)}" for _ in range(30)]
    texts += [f"{words.text(20)} {asked[1].question} {words.text(20)}" for _ in range(30)]
    write_lines(tmp_path / "a.jsonl", texts)
    result = looked(asked, [tmp_path / "a.jsonl"], tmp_path / "scan")
    first, second = result.items[:2]
    assert (first["label"], first["words"]["longest"], first["words"]["common"]) == ("clean", 0, 3)
    assert (second["label"], second["words"]["share"]) == ("input", 1.0)
    segments = list(read_rows(tmp_path / "scan" / "segments.jsonl"))
    known = identity(asked, Settings(), "text")
    every = report(asked, Settings(), known, segments, common_documents=0)
    assert every.items[0]["label"] == "input"
    assert every.items[0]["words"]["share"] == 0.5
    assert every.items[0]["words"]["longest"] == 15


def test_a_worker_that_dies_costs_its_shard_and_is_named(made, tmp_path, monkeypatch):
    asked, documents = made
    for number in range(4):
        write_lines(tmp_path / f"{number}.jsonl", documents[number * 50 : number * 50 + 50])
    from compass.contamination.corpus import pool

    usual, killed = pool._give, []

    def deadly(hand, shard):
        usual(hand, shard)
        if shard is not None and shard.file.path.endswith("1.jsonl"):
            hand.process.kill()
            killed.append(shard)

    monkeypatch.setattr(pool, "_give", deadly)
    result = looked(asked, [tmp_path / "*.jsonl"], tmp_path / "scan")
    problems = result.document["corpus"]["problems"]
    assert killed
    if problems:  # it may have been done before it was killed
        assert problems == {"files not read to their end": 1}
        assert "ended with -9" in result.document["corpus"]["named"][0]["what"]
    found = {name for name, label in labels(result).items() if label != "clean"}
    assert {f"q{n}" for n in (*range(5), *range(10, 20))} <= found


def test_the_command_says_what_it_found_and_what_it_could_not_read(made, tmp_path, capsys):
    asked, documents = made
    write_rows(tmp_path / "asked.jsonl", asked)
    write_lines(tmp_path / "a.jsonl", documents)
    with (tmp_path / "a.jsonl").open("a") as file:
        file.write('{"text": \n')
    code = main(arguments(tmp_path / "a.jsonl", tmp_path / "asked.jsonl", tmp_path / "out"))
    told = capsys.readouterr()
    assert code == 4
    assert "MB/s of text" in told.err
    assert "1 broken JSON" in told.out
    assert "a.jsonl:201" in told.out
    words = next(line.split() for line in told.out.splitlines() if "words" in line)
    assert words[-4:] == ["20", "10", "10", "0"]
    other = ["--label-by", "probes", "--methods", "words"]
    assert main(arguments(tmp_path / "a.jsonl", tmp_path / "asked.jsonl", "x", *other)) == 2


def test_a_corpus_of_which_nothing_could_be_read_has_no_clean_questions(made, tmp_path, capsys):
    _, documents = made
    write_lines(tmp_path / "c.jsonl", documents)
    asked = ["--datasets", "demo-arithmetic-en", "-o", str(tmp_path / "found")]
    corpus = ["--corpus", str(tmp_path / "c.jsonl"), "--field", "body"]
    code = main(["contamination", "corpus", *corpus, *asked])
    said = capsys.readouterr().err
    assert code == 3
    assert "no document of the corpus could be read: 200 no field 'body'" in said
    assert "c.jsonl:1" in said
    assert "--field" in said
    assert not (tmp_path / "found" / "items.jsonl").exists()
