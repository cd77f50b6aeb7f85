"""FLORES-200: the same sentences in many languages, to be translated.

NLLB Team 2022, "No Language Left Behind", arXiv:2207.04672; Goyal et al. 2022,
arXiv:2106.03193.  Licence CC BY-SA 4.0.  Hub: ``facebook/flores`` (a configuration for
each pair); original: one sentence a line in ``devtest/eng_Latn.devtest`` and so on.
1,012 sentences in ``devtest``; 997 in ``dev``, which is the few-shot pool.

    original  a line; metadata_devtest.tsv says which article it is from
    hub       {"sentence_eng_Latn", "sentence_deu_Latn", "URL", …}

Sentences of one article share a cluster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from compass.data.files import Row, text_lines
from compass.data.folders import Files, find_named, find_split, local_folder, no_split
from compass.data.hub import hub_rows, is_local
from compass.data.source import Rowset, Source
from compass.errors import ConfigError, DataError, did_you_mean
from compass.records import Sample

LANGUAGES = MappingProxyType(
    {
        "arb_Arab": "Arabic",
        "ben_Beng": "Bengali",
        "ces_Latn": "Czech",
        "deu_Latn": "German",
        "ell_Grek": "Greek",
        "eng_Latn": "English",
        "fra_Latn": "French",
        "heb_Hebr": "Hebrew",
        "hin_Deva": "Hindi",
        "ind_Latn": "Indonesian",
        "ita_Latn": "Italian",
        "jpn_Jpan": "Japanese",
        "kor_Hang": "Korean",
        "nld_Latn": "Dutch",
        "pes_Arab": "Persian",
        "pol_Latn": "Polish",
        "por_Latn": "Portuguese",
        "ron_Latn": "Romanian",
        "rus_Cyrl": "Russian",
        "spa_Latn": "Spanish",
        "swh_Latn": "Swahili",
        "tha_Thai": "Thai",
        "tur_Latn": "Turkish",
        "ukr_Cyrl": "Ukrainian",
        "vie_Latn": "Vietnamese",
        "zho_Hans": "Chinese (Simplified)",
        "zho_Hant": "Chinese (Traditional)",
    }
)
"""What prompts call a language; others go by their code."""


def flores(
    source: str,
    target: str,
    split: Literal["devtest", "dev"] = "devtest",
    path: str | None = None,
    revision: str | None = None,
) -> Source:
    """Return one direction of FLORES-200, with ``dev`` as the few-shot pool.

    Args:
        source: Code of the language that is given, such as ``eng_Latn``.
        target: Code of the language that is wanted.
        split: Which part.
        path: The original folder, or a copy of the hub's; default:
            ``$COMPASS_DATA/flores200`` if it is there, else the hub.
        revision: Revision on the hub.
    """
    if split not in ("devtest", "dev"):
        hint = did_you_mean(str(split), ("devtest", "dev"))
        raise ConfigError(f"FLORES-200 has no split {split!r}", hint=hint)
    if source == target:
        raise ConfigError(f"source and target are both {source!r}")
    place = path or local_folder("flores200") or "facebook/flores"

    def rows(part: str) -> Rowset:
        if not is_local(place):
            return hub_rows(place, f"{source}-{target}", part, revision)
        return Parallel(place, part, (source, target))

    mapped = partial(flores_sample, source=source, target=target)
    return Source(rows(split), mapped, rows("dev"))


class Parallel:
    """Rows of files that hold one sentence a line, in two languages."""

    def __init__(self, place: str, split: str, languages: tuple[str, str]) -> None:
        self._place = place
        self._split = split
        self._languages = languages
        self._files = Files(place, split, find=self._find, folder_only=True)
        self.digest = self._files.digest
        self.describe = self._files.describe

    def rows(self) -> Iterator[Row]:
        """Yield the rows, as the hub names their columns."""
        paths = self._files.files()
        if paths[0].suffix != f".{self._split}":
            yield from self._files.rows()
            return
        columns = [[line.rstrip("\r\n") for _, line in text_lines(path)] for path in paths]
        if len(columns[0]) != len(columns[1]):
            raise DataError(
                f"{len(columns[0])} lines, but {len(columns[1])} in {paths[1].name}",
                where=str(paths[0]),
                hint="the files must hold the same sentences: fetch them again",
            )
        articles = [line.split("\t")[0] for line in columns[2][1:]] if len(columns) > 2 else []
        both = zip(columns[0], columns[1], strict=True)
        names = [f"sentence_{language}" for language in self._languages]
        for number, (pair, url) in enumerate(zip_longest(both, articles[: len(columns[0])])):
            row = dict(zip(names, pair, strict=True))
            yield Row(f"{paths[1]}:{number + 1}", {**row, "URL": url})

    def _find(self, folder: Path) -> Sequence[Path]:
        split = self._split
        found: list[Path] = []
        for language in self._languages:
            name = f"{split}/{language}.{split}"
            here = find_named(folder, [name, f"flores200_dataset/{name}"])
            if not here and (folder / "-".join(self._languages)).is_dir():
                return find_split(folder, split, "-".join(self._languages))
            if not here:
                raise no_split(folder, split, [name])
            found += here
        above = found[0].parent.parent
        return [*found, *find_named(above, [f"metadata_{split}.tsv"])]


def flores_sample(row: dict[str, Any], source: str, target: str) -> Sample:
    """Return the sample of a row: ``question`` is the sentence to be translated."""
    return Sample(
        id="",
        fields={
            "question": row[f"sentence_{source}"],
            "source": LANGUAGES.get(source, source),
            "target": LANGUAGES.get(target, target),
        },
        targets=(row[f"sentence_{target}"],),
        cluster=row.get("URL") or None,
    )
