"""Five hundred mixed requests on a real model: shared computation gives each its own value."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hf_tiny import alone, question

from compass.models.hf import HF

pytest.importorskip("torch")

DEMO = Path(__file__).resolve().parents[1] / "compass" / "data" / "demo" / "knowledge.jsonl"


def mixed_questions():
    """Return questions with 500 options in all, of every awkward kind."""
    rows = [json.loads(line) for line in DEMO.read_text("utf-8").splitlines()]
    asked = []
    for number, row in enumerate(rows[:60] + rows[96:]):
        chinese = row["lang"] == "zh"
        stem = (
            f"问题：{row['question']}\n答案："
            if chinese
            else f"Question: {row['question']}\nAnswer:"
        )
        options = tuple(row["choices"]) if chinese else tuple(f" {c}" for c in row["choices"])
        asked.append(question(f"text-{number}", stem, options))
    for number in range(20):
        asked.append(
            question(f"letter-{number}", f"Pick one. {number}\nAnswer:", (" A", " B", " C"))
        )
    long = " ".join(str(n) for n in range(160))
    asked += [
        question("empty", "", ("Paris", "Paris is", "Paris is in France.", "汉字")),
        question(
            "prefixes", "It was", (" a", " a dark", " a dark and", " a dark and stormy night")
        ),
        question("space", "The answer is ", ("Paris", "7", "seven", "汉字")),
        question("merge", "un", ("believable", "happy", "der", "i")),
        question("long", "Count: ", (long, long + " 160", long[:-1], "1 2 3")),
    ]
    options = 500 - sum(len(one.continuations) for one in asked)
    more = tuple(f" {n} apples" for n in range(options))
    return [*asked, question("many", "There are", more)]


@pytest.mark.slow
def test_five_hundred_mixed_requests_equal_one_sequence_at_a_time(smollm2):
    model = HF(str(smollm2), chat=False, dtype="float32")
    asked = mixed_questions()
    answers = {answer.key: answer for answer in model.rank(asked)}
    words, plain = model._speak(), model._load().plain()
    worst = 0.0
    requests = 0
    for one in asked:
        for option, found in zip(one.continuations, answers[one.key].likelihoods, strict=True):
            context = one.dialogue.plain()
            head, tail = context.rstrip(" "), context[len(context.rstrip(" ")) :]
            tokens = words.encode([head + tail + option.text])[0]
            start = len(words.encode([head])[0]) if head else 0
            if not head:
                first = words.tokenizer.bos_token_id
                tokens, start = [first, *tokens], 1
            if start == len(tokens):  # option and context are one token
                tokens = [words.tokenizer.bos_token_id, *tokens] if start == 1 else tokens
                start = len(tokens) - 1
            expected = alone(plain, tokens)[start - 1 :]
            assert found.tokens == len(expected), (one.key, option.text)
            worst = max(worst, abs(found.logprob - float(expected.sum())))
            requests += 1
    model.close()
    assert requests == 500
    assert max(f.tokens for f in answers["long"].likelihoods) >= 300
    assert min(f.tokens for f in answers["letter-0"].likelihoods) == 1
    assert worst < 1e-3, worst
    print(f"largest difference of {requests} log-likelihoods: {worst:.2e}")
