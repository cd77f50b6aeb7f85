"""Long texts that say nothing in particular, made by rules: what a needle is hidden in.

A `Book` is an endless text, the same for the same seed.  Its sentences name no made-up
names, so that no needle occurs in it by chance.  `fitted` takes as much of it as makes
a prompt of a wanted number of tokens.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple

from compass.data.tokens import Tokens
from compass.data.wordlists import ADJECTIVES, NOUNS
from compass.errors import DataError

_PEOPLE = (
    "the baker,the gardener,the old teacher,a carpenter,the ferryman,two children,the librarian,"
    "a traveller,the neighbours,the postman,a young doctor,the weaver,some musicians,the cook"
)
_PLACES = (
    "by the river,behind the mill,in the market hall,near the station,on the hill,"
    "at the edge of the forest,in the courtyard,along the canal,under the old bridge,"
    "in the reading room,on the north shore,beside the orchard"
)
_TIMES = (
    "in early spring,before sunrise,after the harvest,on most evenings,during the long winter,"
    "every other week,late in the afternoon,for a whole season,when the wind turns,at noon"
)
_DEEDS = (
    "mended a,carried a,painted a,sold a,found a,looked for a,borrowed a,described a,cleaned a,"
    "admired a"
)
_EN = (
    "{Time}, {who} {deed} {adj} {noun} {where}.",
    "{Who} {deed} {adj} {noun}, and nobody asked why.",
    "It was said that {who} {deed} {noun} {where}.",
    "{Where}, people spoke of the {noun} and of the {adj} {noun2}.",
    "A {adj} {noun} stood {where}, as it had for years.",
    "Nothing about the {noun} was as {adj} as {who} had thought.",
    "{Time}, the {noun} looked almost {adj}.",
    "The path led past a {noun}, a {noun2} and a {adj} {noun3}.",
    "If the weather was {adj}, {who} waited {where}.",
    "There were {number} ways to repair a {noun}, and most of them were {adj}.",
    "{Who} preferred the {noun} to the {noun2}, at least {time}.",
    "Somebody had left a {noun} {where}, next to a {adj} {noun2}.",
    "The report mentions a {adj} {noun}, yet it does not say who made it.",
    "Of all the things {where}, the {noun} was the least {adj}.",
)
_EN_SHORT = (
    "Rain fell.",
    "It was late.",
    "Nobody spoke.",
    "The lamp was lit.",
    "So the day went on.",
    "Then the bells fell silent again.",
    "Nothing else was written on that page.",
    "The tea grew cold while they were talking about it.",
)

_ZH_WHO = (
    "面包师,园丁,老教师,木匠,船夫,两个孩子,图书管理员,一位旅人,邻居们,邮差,年轻的医生,织布的人"
)
_ZH_WHERE = "河边,磨坊后面,集市里,车站附近,山坡上,树林旁,院子里,运河沿岸,旧桥下,阅览室里,果园边"
_ZH_WHEN = "初春时,日出之前,收割之后,傍晚,漫长的冬天里,每隔一周,午后,起风的时候,中午"
_ZH_DEED = "修好了一,搬来一,画了一,卖掉一,找到一,借来一,擦净了一,称赞过一"
_ZH_THING = "把木椅,只陶罐,张旧桌,盏油灯,个竹篮,条毛毯,面铜镜,扇木门,本厚书,口水缸,架风琴"
_ZH_ADJ = "安静,明亮,陈旧,温暖,普通,结实,朴素,湿润,宽敞,整齐"
_ZH = (
    "{when}，{who}在{where}{deed}{thing}。",
    "据说{who}{deed}{thing}，但没有人问为什么。",
    "{where}的一切都显得很{adj}。",
    "{who}常在{where}停留，{when}尤其如此。",
    "人们谈起{where}的事情，说那里总是{adj}的。",
    "{when}，{where}比平时更加{adj}。",
    "有人在{where}留下{thing_one}，旁边还有{thing_two}。",
    "如果天气{adj}，{who}就会在{where}等候。",
)
_ZH_SHORT = (
    "下雨了。",
    "天色已晚。",
    "没有人说话。",
    "灯还亮着，茶已经凉了。",
)


class Piece(NamedTuple):
    """A sentence with what joins it to the one before, and its tokens."""

    text: str
    tokens: int


class Book:
    """An endless text, written as far as it is read.

    Args:
        lang: ``en`` or ``zh``.
        seed: Another seed is another book.
        tokens: What counts its sentences.
    """

    def __init__(self, lang: str, seed: int, tokens: Tokens) -> None:
        self.lang = lang
        self._tokens = tokens
        self._rng = random.Random(f"book {lang} {seed}")
        self._pieces: list[Piece] = []
        self._ends = [0]
        self._left = 0
        self._short: list[Piece] = []

    def piece(self, sentence: str) -> Piece:
        """Return a sentence as it stands after another."""
        text = sentence if self.lang == "zh" else " " + sentence
        return Piece(text, self._tokens.count(text))

    def span(self, start: int, budget: int) -> list[Piece]:
        """Return sentences from number ``start`` on, of at most ``budget`` tokens together.

        What is left at the end is filled with shorter sentences.
        """
        while len(self._pieces) <= start or self._ends[-1] - self._ends[start] <= budget:
            self._write()
        stop = bisect_right(self._ends, self._ends[start] + budget) - 1
        stop = max(stop, start)
        left = budget - (self._ends[stop] - self._ends[start])
        return [*self._pieces[start:stop], *self._filling(left)]

    def _filling(self, left: int) -> list[Piece]:
        if not self._short:
            shorts = _ZH_SHORT if self.lang == "zh" else _EN_SHORT
            self._short = sorted(map(self.piece, shorts), key=lambda one: -one.tokens)
        filling: list[Piece] = []
        for one in self._short:
            if one.tokens <= left:
                filling.append(one)
                left -= one.tokens
        return filling

    def _write(self) -> None:
        sentence = _chinese(self._rng) if self.lang == "zh" else _english(self._rng)
        piece = self.piece(sentence)
        if not self._left:
            self._left = self._rng.randint(5, 9)
            text = "\n" + sentence
            piece = Piece(text, self._tokens.count(text))
        self._left -= 1
        self._pieces.append(piece)
        self._ends.append(self._ends[-1] + piece.tokens)


def fitted(
    book: Book, start: int, length: int, build: Callable[[Sequence[Piece]], str], tokens: Tokens
) -> list[Piece]:
    """Return the sentences with which ``build`` makes a text of ``length`` tokens, never more.

    Counts of sentences add up to that of the text, or nearly so: their sums say where to
    look (by bisection), and counting the text itself settles it.

    Raises:
        DataError: Even without sentences the text is longer.
    """
    bare = tokens.count(build([]))
    if bare > length:
        raise DataError(
            f"{length} tokens are too few: question and needles alone take {bare}",
            hint="ask for a greater length, fewer needles, or reserve less",
        )
    budget, best, closest = length - bare, list[Piece](), length - bare
    for _ in range(8):
        if budget < 0:
            break
        pieces = book.span(start, budget)
        gap = length - tokens.count(build(pieces))
        if 0 <= gap <= closest:
            best, closest = pieces, gap
        if 0 <= gap <= max(3, length // 200):
            break
        budget += gap if gap < 0 else gap // 2
    return best


def placed(pieces: Sequence[Piece], depth: float) -> int:
    """Return before which sentence a needle stands at a depth of 0 to 100 percent of tokens.

    Examples:
        >>> placed([Piece("a", 5), Piece("b", 5), Piece("c", 10)], 50)
        2
    """
    wanted = sum(one.tokens for one in pieces) * depth / 100
    before = 0
    for place, one in enumerate(pieces):
        if before + one.tokens / 2 > wanted:
            return place
        before += one.tokens
    return len(pieces)


def with_needles(pieces: Sequence[Piece], needles: Sequence[tuple[float, str]]) -> str:
    """Return the text with needles, each at its depth; equal depths keep their order."""
    parts: list[str] = []
    stands = sorted(
        [(placed(pieces, depth), number, text) for number, (depth, text) in enumerate(needles)]
    )
    done = 0
    for place, _, text in stands:
        parts += [one.text for one in pieces[done:place]]
        parts.append(text)
        done = place
    parts += [one.text for one in pieces[done:]]
    return "".join(parts).strip()


def _english(rng: random.Random) -> str:
    nouns = rng.sample(NOUNS, 3)
    who, where, time = (
        rng.choice(_PEOPLE.split(",")),
        rng.choice(_PLACES.split(",")),
        rng.choice(_TIMES.split(",")),
    )
    made = rng.choice(_EN).format(
        who=who,
        Who=who.capitalize(),
        where=where,
        Where=where.capitalize(),
        time=time,
        Time=time.capitalize(),
        deed=rng.choice(_DEEDS.split(",")),
        adj=rng.choice(ADJECTIVES),
        noun=nouns[0],
        noun2=nouns[1],
        noun3=nouns[2],
        number=rng.choice(("two", "three", "several", "many")),
    )
    return _with_article(made)


def _with_article(text: str) -> str:
    """Return the text with ``an`` before vowels."""
    words = text.split(" ")
    for place in range(len(words) - 1):
        if words[place] in ("a", "A") and words[place + 1][:1] in "aeiou":
            words[place] += "n"
    return " ".join(words)


def _chinese(rng: random.Random) -> str:
    things = rng.sample(_ZH_THING.split(","), 2)
    return rng.choice(_ZH).format(
        who=rng.choice(_ZH_WHO.split(",")),
        where=rng.choice(_ZH_WHERE.split(",")),
        when=rng.choice(_ZH_WHEN.split(",")),
        deed=rng.choice(_ZH_DEED.split(",")),
        adj=rng.choice(_ZH_ADJ.split(",")),
        thing=things[0],
        thing_one="一" + things[0],
        thing_two="一" + things[1],
    )
