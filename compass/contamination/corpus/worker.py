"""A process that reads shards and hands back segments, as lines of JSON.

It ends when its input does, so that it never outlives a scan that was killed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import BinaryIO

from compass import jsontext
from compass.contamination.corpus.answers import Key
from compass.contamination.corpus.gather import Gatherer
from compass.contamination.corpus.index import load
from compass.contamination.corpus.search import Search
from compass.contamination.corpus.segments import segments
from compass.contamination.corpus.shards import File, Shard

KEYS = "keys.json"


def write_keys(path: Path, keys: list[Key]) -> None:
    """Write the answers that workers look for."""
    path.write_bytes(jsontext.dumps(keys))


def read_keys(path: Path) -> list[Key]:
    """Return the answers that were written."""
    rows = json.loads(path.read_bytes())
    return [
        Key(tuple(map(tuple, targets)), tuple(map(tuple, others)), tuple(marks), tuple(solution))
        for targets, others, marks, solution in rows
    ]


def order(shard: Shard) -> bytes:
    """Return the line that asks for a shard."""
    file = shard.file
    parts = [file.path, file.kind, file.size, file.stamp, file.ranged]
    return jsontext.dumps([parts, shard.start, shard.stop, shard.rows]) + b"\n"


def serve(folder: Path, name: str, source: BinaryIO, sink: BinaryIO) -> None:
    """Read the shards that lines of ``source`` ask for.

    Each segment is a line; an empty line says that a shard is done.
    """
    gatherer = Gatherer(Search(load(folder)), read_keys(folder / KEYS))
    for line in source:
        file, start, stop, rows = json.loads(line)
        for segment in segments(Shard(File(*file), start, stop, rows), name, gatherer):
            sink.write(jsontext.dumps(segment.to_dict()) + b"\n")
            sink.flush()
        sink.write(b"\n")
        sink.flush()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), sys.argv[2], sys.stdin.buffer, sys.stdout.buffer)
