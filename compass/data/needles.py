"""A needle in a haystack: facts hidden at chosen depths of texts of chosen lengths.

After Kamradt 2023, "Needle In A Haystack - Pressure Testing LLMs"
(github.com/gkamradt/LLMTest_NeedleInAHaystack, MIT), whose lengths, depths and several
needles are kept; the chained needles are after NeedleBench (Li et al. 2024,
arXiv:2407.11963).  Haystack, needles and questions are Compass's own and made by rules;
each sample has other needles, made of made-up names, and another part of the haystack.

    single      one fact
    multi       several facts of one kind, all are wanted; the first at the depth, the
                others evenly spaced over what follows
    reasoning   chains of facts; one is asked, so that each of its links must be found

``length`` is the number of tokens of the whole prompt: template, haystack, needles,
question.  A chat template's own tokens and those of the answer come on top of it, unless
``reserve`` keeps room for them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

from compass.data.generated import Generated, checked_count, checked_lengths
from compass.data.haystack import Book, Piece, fitted, with_needles
from compass.data.source import Source
from compass.data.tokens import CHARACTERS, Tokens
from compass.data.wordlists import NOUNS, coined, coined_names, coined_places
from compass.errors import ConfigError, did_you_mean
from compass.records import Sample

VERSION = 1
KINDS = ("single", "multi", "reasoning")
TEMPLATES = {
    "en": "Read the following text. A question about it comes at the end.\n\n{context}\n\n"
    "Answer from the text alone, in a few words.\nQuestion: {question}\nAnswer:",
    "zh": "请阅读下面的文章，文章之后有一个问题。\n\n{context}\n\n"
    "请只根据文章，用几个字回答。\n问题：{question}\n回答：",
}

_SINGLE = {
    "en": (
        ("The password of the {noun} keepers in {place} is {word}.",
         "What is the password of the {noun} keepers in {place}?", "word"),
        ("The ferry of {place} bears the number {number}.",
         "Which number does the ferry of {place} bear?", "number"),
        ("The bell of {place} was cast by {name}.",
         "By whom was the bell of {place} cast?", "name"),
        ("The {noun} of {place} is kept in the house of {name}.",
         "In whose house is the {noun} of {place} kept?", "name"),
    ),
    "zh": (
        ("{place}渡船的编号是{number}。", "{place}渡船的编号是多少？", "number"),
        ("{place}的大钟是{name}铸造的。", "{place}的大钟是谁铸造的？", "name"),
        ("{place}的钥匙由{name}保管。", "{place}的钥匙由谁保管？", "name"),
    ),
}  # fmt: skip
_MULTI = {
    "en": ("One of the guests in the inn of {place} is {name}.",
           "Who are the guests in the inn of {place}? Name all {count}."),
    "zh": ("住在{place}客栈的客人之一是{name}。",
           "住在{place}客栈的客人有哪些？请写出全部{count}位。"),
}  # fmt: skip
_CHAIN = {
    "en": ("{one} has lent the map to {other}.", "{one} has hidden the map in {other}.",
           "Maps were lent on. In which place is the map hidden that {one} had at first?"),
    "zh": ("{one}把地图借给了{other}。", "{one}把地图藏在了{other}。",
           "地图被转借过。{one}最初拥有的那张地图最后藏在什么地方？"),
}  # fmt: skip


class _Riddle(NamedTuple):
    """Needles, the question about them, and what an answer must contain."""

    needles: tuple[str, ...]
    question: str
    wanted: tuple[str, ...]


def needle(  # noqa: PLR0913, PLR0917  one argument for each thing that can be varied
    kind: Literal["single", "multi", "reasoning"] = "single",
    lang: Literal["en", "zh"] = "en",
    lengths: Sequence[int] | int = (1024, 2048, 4096, 8192),
    depths: Sequence[float] = (0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100),
    repeats: int = 1,
    needles: int = 3,
    tokenizer: str | None = None,
    revision: str | None = None,
    template: str | None = None,
    reserve: int = 0,
    seed: int = 0,
) -> Source:
    """Return a needle test: every length at every depth, ``repeats`` times.

    Args:
        kind: ``single``, ``multi`` or ``reasoning``.
        lang: ``en`` or ``zh``.
        lengths: Tokens of the prompts.
        depths: Where the (first) needle stands, in percent of the haystack's tokens.
        repeats: Samples of each length and depth.
        needles: Needles of ``multi``, links of ``reasoning``.
        tokenizer: What counts tokens, see `Tokens`; None estimates by characters.
        revision: Revision of a tokenizer of the hub.
        template: The prompt, with ``{context}`` and ``{question}`` in it.
        reserve: Tokens by which prompts stay shorter than ``lengths``.
        seed: Other seeds make other needles and haystacks.
    """
    if kind not in KINDS:
        raise ConfigError(f"no needles of kind {kind!r}", hint=did_you_mean(str(kind), KINDS))
    if lang not in TEMPLATES:
        raise ConfigError(f"lang must be 'en' or 'zh', got {lang!r}")
    text = checked_template(TEMPLATES[lang] if template is None else template)
    if not depths or any(not 0 <= depth <= 100 for depth in depths):
        raise ConfigError(f"depths is {list(depths)!r}", hint="percent from 0 to 100")
    recipe = {
        "kind": kind,
        "lang": lang,
        "lengths": list(checked_lengths(lengths)),
        "depths": list(depths),
        "repeats": checked_count(repeats, "repeats"),
        "needles": checked_count(needles, "needles"),
        "reserve": checked_count(reserve, "reserve", least=0),
        "template": text,
        "seed": seed,
    }
    tokens = Tokens(tokenizer, CHARACTERS[lang], revision)
    return Source(
        Generated("needle", VERSION, recipe, lambda: _rows(recipe, tokens), tokens), needle_sample
    )


def checked_template(template: str) -> str:
    """Return a template that has both of its places.

    Raises:
        ConfigError: One of them is missing.
    """
    for name in ("{context}", "{question}"):
        if name not in template:
            raise ConfigError(f"the template has no {name}", where=repr(template[:60]))
    return template


def filled(template: str, context: str, question: str) -> str:
    """Return the prompt; braces in the text are left alone."""
    head, _, tail = template.partition("{context}")
    ends = [part.replace("{question}", question) for part in (head, tail)]
    return context.join(ends)


def _rows(recipe: dict[str, Any], tokens: Tokens) -> Iterator[dict[str, Any]]:
    kind, lang, seed = recipe["kind"], recipe["lang"], recipe["seed"]
    book = Book(lang, seed, tokens)
    for length in recipe["lengths"]:
        for depth in recipe["depths"]:
            for repeat in range(recipe["repeats"]):
                name = f"{kind}-{lang}-{length}-{depth:g}-{repeat}"
                rng = random.Random(f"needle {name} {seed}")
                riddle = _riddle(kind, lang, recipe["needles"], rng)
                spots = _spots(depth, len(riddle.needles))
                stands = [
                    (spot, book.piece(text).text)
                    for spot, text in zip(spots, riddle.needles, strict=True)
                ]

                def build(pieces: Sequence[Piece], stands: Any = stands, it: Any = riddle) -> str:
                    return filled(recipe["template"], with_needles(pieces, stands), it.question)

                room = length - recipe["reserve"]
                text = build(fitted(book, rng.randrange(500), room, build, tokens))
                yield {
                    "id": name,
                    "text": text,
                    "question": riddle.question,
                    "wanted": riddle.wanted,
                    "needles": riddle.needles,
                    "length": length,
                    "depth": depth,
                    "tokens": tokens.count(text),
                }


def needle_sample(row: dict[str, Any]) -> Sample:
    """Return the sample of a row; ``wanted`` lists all that an answer must contain."""
    return Sample(
        id=row["id"],
        fields={"text": row["text"], "question": row["question"]},
        targets=(", ".join(row["wanted"]),),
        metadata={
            name: list(row[name]) if isinstance(row[name], tuple) else row[name]
            for name in ("wanted", "needles", "length", "depth", "tokens")
        },
    )


def _spots(depth: float, count: int) -> list[float]:
    """Return the depth of each needle: the first as asked, the others over what follows."""
    step = (100 - depth) / max(count, 1)
    return [depth + step * place for place in range(count)]


def _riddle(kind: str, lang: str, count: int, rng: random.Random) -> _Riddle:
    if kind == "multi":
        fact, asks = _MULTI[lang]
        (place,) = coined_places(rng, 1, lang)
        names = coined_names(rng, count, lang)
        facts = tuple(fact.format(place=place, name=name) for name in names)
        return _Riddle(facts, asks.format(place=place, count=count), tuple(names))
    if kind == "reasoning":
        return _chains(lang, count, rng)
    fact, asks, wanted = rng.choice(_SINGLE[lang])
    name, place = coined_names(rng, 1, lang)[0], coined_places(rng, 1, lang)[0]
    words = {
        "place": place,
        "name": name,
        "word": coined(rng),
        "number": str(rng.randrange(10**6, 10**7)),
        "noun": rng.choice(NOUNS),
    }
    return _Riddle((fact.format(**words),), asks.format(**words), (words[wanted],))


def _chains(lang: str, links: int, rng: random.Random) -> _Riddle:
    """Two chains of as many links, their facts in no order; the first is asked about."""
    lent, hidden, asks = _CHAIN[lang]
    names = coined_names(rng, 2 * links, lang)
    places = coined_places(rng, 2, lang)
    facts = []
    for chain, place in zip((names[:links], names[links:]), places, strict=True):
        facts += [lent.format(one=one, other=other) for one, other in pairwise(chain)]
        facts.append(hidden.format(one=chain[-1], other=place))
    rng.shuffle(facts)
    return _Riddle(tuple(facts), asks.format(one=names[0]), (places[0],))
