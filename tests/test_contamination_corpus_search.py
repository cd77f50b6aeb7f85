"""Copies in documents: what is found, how much of it, and what is not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given as hypothetically
from hypothesis import strategies as st
from planted_corpus import Words, questions

from compass.contamination.corpus.answers import Key, given
from compass.contamination.corpus.findings import Found, Sighting, findings_from_dict
from compass.contamination.corpus.gather import LONGEST, Document, Gatherer
from compass.contamination.corpus.hashing import Hashes
from compass.contamination.corpus.index import Settings, build, keys_of
from compass.contamination.corpus.normal import normalise, origin
from compass.contamination.corpus.passages import Passage, passages
from compass.contamination.corpus.search import Search
from compass.errors import DataError
from compass.records import Sample

QUESTION = (
    "A baker sold nine loaves on Monday and twice as many on Tuesday, "
    "how many loaves did she sell in all?"
)  # 21 words
SOLVED = ("one", "two", "three", "four", "five", "six", "seven", "eight", "6")


def one(question: str = QUESTION, **other) -> Passage:
    return Passage(dataset="d", id="1", question=question, **other)


def found(passage_list, text, **settings):
    """Return the match of the first passage in a document, None if there is none."""
    search = Search(build(passage_list, Settings(**settings)))
    _, matches = search.matches([text])
    return next((match for match in matches if match.passage == 0), None)


def slow(text: str) -> list[str]:
    """Normalise one character after another, without a table."""
    words: list[str] = []
    current = ""
    for char in text:
        kept = unicodedata.category(char)[0] in "LNM"
        if char.isspace():
            words.append(current)
            current = ""
        elif kept:
            current += char.lower()
    return [word for word in [*words, current] if word]


@hypothetically(st.lists(st.text(st.characters(max_codepoint=127)), min_size=1, max_size=4))
def test_ascii_is_normalised_alike_in_one_byte_and_in_two(texts):
    narrow, wide = normalise(texts), normalise(texts, wide=True)
    words = narrow.words(0, len(narrow.bounds) - 1)
    assert words == wide.words(0, len(wide.bounds) - 1)
    assert narrow.documents.tolist() == wide.documents.tolist()
    assert words == [word for text in texts for word in slow(text)]


@hypothetically(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_is_normalised_and_led_back_to_its_place(text):
    stream = normalise([text], wide=True)
    places = origin(text.replace("\0", ""))
    assert len(places) == len(stream.chars)
    assert places.tolist() == sorted(set(places.tolist()))
    assert "".join(stream.words(0, len(stream.bounds) - 1)) == stream.chars.tobytes().decode(
        "utf-16-le", "surrogatepass"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It's 3.5\u00a0kg — “net”!", ["its", "35", "kg", "net"]),
        ("Zoë, ΆΛΦΑ, Ёлка", ["zoe", "αλφα", "елка"]),
        ("cafe\u0301 ＡＢ１ x²", ["cafe", "ab1", "x2"]),
        ("问题：GPT4模型，好", ["问", "题", "gpt4", "模", "型", "好"]),
        ("カタカナ 한국어 말", ["カ", "タ", "カ", "ナ", "한국어", "말"]),
        ("\U0001f600 \U0001d400 fine", ["a", "fine"]),
        ("zero\u200bwidth\ufeff", ["zerowidth"]),
    ],
)
def test_what_becomes_of_signs_and_scripts(text, words):
    stream = normalise([text])
    assert stream.words(0, len(stream.bounds) - 1) == words


@hypothetically(
    st.lists(st.sampled_from(["a", "bb", "abc", "b"]), min_size=6, max_size=40), st.integers(1, 5)
)
def test_equal_ngrams_and_only_those_have_equal_hashes(words, size):
    stream = normalise([" ".join(words)])
    hashes = Hashes(stream).grams(size).tolist()
    joined = ["".join(words[n : n + size]) for n in range(len(words) - size + 1)]
    assert [[a == b for b in hashes] for a in hashes] == [[a == b for b in joined] for a in joined]


def test_a_hash_alone_is_no_finding():
    # Without its spaces the text is the same, so are its hashes; its words are not.
    shifted = QUESTION
    for pair, other in (
        ("nine loaves", "nin eloaves"),
        ("many on", "man yon"),
        ("did she", "di dshe"),
    ):
        shifted = shifted.replace(pair, other)
    match = found([one()], shifted, methods=("words", "skip"))
    assert match is None


def test_a_copy_in_other_letters_and_signs_is_a_copy():
    text = "before " + QUESTION.upper().replace(",", " --").replace(" ", "\n ") + " after"
    match = found([one()], text)
    assert match.words == [(0, 21)]
    assert match.probes == 0b111


def test_thirteen_words_are_found_and_twelve_are_not():
    words = QUESTION.split()
    text = "x y z " + " ".join(words[3:16]) + " u v w"
    match = found([one()], text, methods=("words",))
    assert match.words == [(3, 16)]
    assert len(match.grams) == 1
    assert found([one()], "x y z " + " ".join(words[3:15]) + " u v", methods=("words",)) is None


def test_two_pieces_of_a_question_are_two_stretches():
    question = Words(3).text(40)
    words = question.split()
    text = " ".join([*words[20:35], "between", *words[1:15]])
    match = found([one(question)], text, methods=("words",))
    assert match.words == [(1, 15), (20, 35)]


def test_four_words_may_differ_after_ten_that_agree_and_none_trails():
    words = Words(4).text(30).split()
    changed = [*words[:10], "x", words[11], "x", "x", words[14], "x", words[16], "x", *words[18:24]]
    match = found([one(" ".join(words))], " ".join(changed), methods=("skip",))
    assert match.skip == [(0, 17)]  # the fifth difference ends it
    early = [*words[:9], "x", *words[10:14], "x", *words[15:19]]
    assert found([one(" ".join(words))], " ".join(early), methods=("skip",)) is None


def test_a_question_of_eight_words_is_looked_for_whole_and_a_shorter_one_is_not():
    eight = "who wrote the very first novel about whales"
    assert found([one(eight)], f"so, {eight}? nobody", methods=("words",)).words == [(0, 8)]
    seven = eight.rpartition(" ")[0]
    index = build([one(seven)], Settings(methods=("words", "skip")))
    assert index.words.tolist() == [0]
    assert Search(index).matches([f"so {seven} nobody"])[1] == []


def test_probes_ignore_spaces_and_need_every_character():
    question = Words(5).text(30)
    glued = question.replace(" ", "")
    match = found([one(question)], f"a {glued} b", methods=("probes",))
    assert match.probes == 0b111
    size = len(glued)
    broken = "".join("z" if n % 20 == 19 else char for n, char in enumerate(glued))
    assert size > 100
    assert found([one(question)], broken, methods=("probes",)) is None


def test_chinese_is_compared_by_characters():
    question = "小明有三个苹果，他又买了五个，现在一共有多少个苹果呢？"
    match = found([one(question)], f"题目:{question}答案8", methods=("words", "probes"))
    assert match.words == [(0, 24)]
    changed = question.replace("五", "六").replace("有多", "有几")
    match = found([one(question)], changed, methods=("words",))
    assert match is None


def test_ngrams_do_not_cross_documents():
    words = QUESTION.split()
    search = Search(build([one()], Settings()))
    _, matches = search.matches([" ".join(words[:10]), " ".join(words[10:])])
    assert [match for match in matches if match.words] == []


def test_what_many_questions_share_is_no_copy():
    head = "Answer the following question as well as you can and say why you think so"
    words = Words(6)
    many = [one(f"{head} {words.text(20)}") for _ in range(12)]
    assert found(many, head, methods=("words",)) is None
    assert found(many[:9], head, methods=("words",)) is not None
    index = build(many, Settings(methods=("words",)))
    assert index.common.tolist() == [3] * 12  # 15 words of the head have 3 n-grams of 13


def test_questions_of_one_passage_share_no_phrase_but_a_passage():
    text = Words(7).text(40)
    many = [Passage(dataset="d", id=str(n), question=text, cluster="c") for n in range(20)]
    assert found(many, text, methods=("words",)).words == [(0, 40)]


@pytest.mark.parametrize(
    ("key", "words", "expected"),
    [
        (Key((("72",),)), "72 apples", True),
        (Key((("72",),)), "she sold 48 then 72", False),
        (Key((("72",),)), "final answer 72", True),
        (Key((("72",),)), "the answer is 73 or 72", False),
        (Key((("paris",),)), "it is paris of course", True),
        (Key((("8",),)), "答 案 是 8", True),
        (Key((("b", "c"),), (("a", "x"),), ("b", "1")), "a a x b b c", False),
        (Key((("b", "c"),), (("a", "x"),), ("b", "1")), "a a x b b c correct option b", True),
        (Key((("b", "c"),), (("a", "x"),), ("b", "1")), "a a x b b c correct option a", False),
        (Key((("b", "c"),), (("a", "x"),), ("b", "1")), "b c", True),
        (Key(()), "anything", False),
        (Key((("6",),), (), (), SOLVED),
         "one two x three four y five 6", True),
        (Key((("6",),), (), (), SOLVED),
         "one two x y z p q r", False),
    ],
)  # fmt: skip
def test_when_an_answer_is_given(key, words, expected):
    assert given(key, words.split()) is expected


def gathered(passage_list, texts):
    search = Search(build(passage_list, Settings()))
    gatherer = Gatherer(search, keys_of(passage_list))
    gatherer.file = "f"
    for row, text in enumerate(texts, start=1):
        gatherer.add(Document(row, text))
    return gatherer.take()


def test_the_answer_beside_a_copy_is_told_from_the_copy_alone():
    words = Words(8)
    made = questions(3, words)
    texts = [
        f"{words.text(9)} {made[0].question} {words.text(50)}",
        f"{words.text(9)} {made[1].question} Answer: {made[1].answer} {words.text(50)}",
        words.text(100),
    ]
    findings = gathered(made, texts)
    assert sorted(findings.passages) == [0, 1]
    assert [findings.passages[n].sightings[0].labelled for n in (0, 1)] == [False, True]
    assert findings.passages[1].sightings[0].row == 2
    assert findings.passages[1].sightings[0].text.startswith(made[1].question)


def test_a_copy_at_the_border_of_a_long_document_is_found_whole():
    words = Words(9)
    made = questions(1, words)
    filler = words.text(40000)
    for place in (LONGEST - 100, LONGEST - 1, LONGEST + 50):
        text = (filler * 8)[:place] + " " + made[0].question + " " + filler
        found_one = gathered(made, [text]).passages[0]
        assert found_one.sightings[0].share == 1.0


def sightings():
    share = st.integers(0, 10).map(lambda n: n / 10)
    runs = st.just(((0, 5),))
    return st.builds(
        Sighting, share, st.booleans(), runs, st.sampled_from("ab"), st.integers(1, 9), st.just("")
    )


@hypothetically(st.lists(sightings(), max_size=12), st.integers(0, 12))
def test_sightings_added_in_parts_are_those_of_all(seen, cut):
    whole, first, second = Found(), Found(), Found()
    for number, sighting in enumerate(seen):
        whole.see(sighting)
        (first if number < cut else second).see(sighting)
    second.add(first)
    assert second.sightings == whole.sightings


def test_findings_come_back_from_their_json():
    made = questions(2, Words(10))
    findings = gathered(made, [made[0].question, made[1].question + " Answer: 1001"])
    again = findings_from_dict(findings.to_dict(), first_row=100)
    assert again.counts == findings.counts
    assert again.passages[1].sightings[0].row == 102
    assert again.passages[1].skip == findings.passages[1].skip


def test_what_a_sample_is_looked_for_by():
    choice = Sample(
        id="c", fields={"question": "Q?", "subject": "s"}, choices=("x", "yes", "z"), right=(1,)
    )
    worked = Sample(
        id="w", fields={"question": "Q?"}, targets=("7",), metadata={"solution": "3+4=7"}
    )
    odd = Sample(id="o", fields={"title": "T", "turns": ["one", "two"]}, targets=("t",))
    a, b, c = passages("d", [choice, worked, odd])
    assert (a.question, a.answer, a.others, a.marks) == ("Q?", "yes", ("x", "z"), ("b", "1"))
    assert (b.answer, b.targets) == ("3+4=7\n7", ("7",))
    assert c.question == "T\none\ntwo"
    assert next(passages("d", [odd], ["title"])).question == "T"
    with pytest.raises(DataError, match="has no field 'titel'"):
        list(passages("d", [odd], ["titel"]))
