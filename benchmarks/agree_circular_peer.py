"""The peer's side of `benchmarks.agree_circular`; run by the peer's own interpreter.

Reads one JSON object of sets of questions, prints "@@" and its figures for each set.
"""

import json
import sys


def main() -> None:
    sets = json.loads(sys.stdin.read())
    judges = {"older": older, "newer-cyclic": newer("circular"), "newer-all": newer("all_possible")}
    print("@@" + json.dumps({n: [judges[n](one) for one in some] for n, some in sets.items()}))


def older(questions):
    from opencompass.openicl.icl_evaluator.icl_circular_evaluator import CircularEvaluator

    said, right = [], []
    for number, (gold, orders, answers) in enumerate(questions):
        for order, answer in zip(orders, answers, strict=True):
            pattern = "".join("ABCD"[option] for option in order)
            said.append(answer)
            right.append(f"{number}--{'ABCD'[order.index(gold)]}--{pattern}")
    return CircularEvaluator().score(said, right)


def newer(pattern):
    def judge(questions):
        from opencompass.datasets.circular import CircularEvaluator

        said, right, rows = [], [], []
        for number, (gold, orders, answers) in enumerate(questions):
            for order, answer in zip(orders, answers, strict=True):
                # There a pattern tells for each option which slot it moves to.
                slots = ["ABCDEFGH"[order.index(option)] for option in range(len(order))]
                said.append(answer)
                right.append(slots[gold])
                rows.append({"qid": number, "circular_pattern": slots})
        return CircularEvaluator(circular_pattern=pattern).score(said, right, rows)

    return judge


if __name__ == "__main__":
    main()
