"""Judges predictions as a peer does; run by the peer's own interpreter.

Reads one JSON line {"peer", "jobs": {name: [[prediction, targets, …], …]}} and prints one,
a list of numbers for every job.
"""

import json
import sys


def main() -> None:
    order = json.loads(sys.stdin.readline())
    judges = {"lm-eval": LM_EVAL, "opencompass": OPENCOMPASS}[order["peer"]]
    found = {name: judges[name](rows) for name, rows in order["jobs"].items()}
    print("\n@@" + json.dumps(found), flush=True)


def squad(rows):
    # The functions that lm-eval's XQuAD calls; transformers 5 no longer has them.
    from transformers.data.metrics.squad_metrics import compute_exact, compute_f1

    return [
        [
            max(compute_f1(one, said) for one in targets or [""]),
            max(compute_exact(one, said) for one in targets or [""]),
        ]
        for said, targets in rows
    ]


def drop(rows):
    from lm_eval.tasks.drop.utils import process_results

    found = []
    for said, targets in rows:
        doc = {"answers": [tuple(one) for one in targets]}
        result = process_results(doc, said)
        found.append([float(result["f1"]), float(result["em"])])
    return found


def truthfulqa(rows):
    from lm_eval.tasks.truthfulqa.utils import process_results_gen

    found = []
    for said, true, false in rows:
        doc = {"correct_answers": true, "incorrect_answers": false}
        result = process_results_gen(doc, [said])
        found.append({name: float(value) for name, value in result.items()})
    return found


def exact(ignored=None):
    def judge(rows):
        from lm_eval.api.metrics import exact_match_hf_evaluate

        rules = {"ignore_case": True, "ignore_punctuation": True, "regexes_to_ignore": ignored}
        return [
            max(
                float(exact_match_hf_evaluate([said.strip()], [one], **rules)["exact_match"])
                for one in targets
            )
            for said, targets in rows
        ]

    return judge


def one_by_one(make, prepared=None):
    def judge(rows):
        evaluator = make()
        found = []
        for said, targets in rows:
            score = evaluator.score([prepared(said) if prepared else said], [targets])
            found.append(score.get("score", score.get("accuracy")) / 100)
        return found

    return judge


def oc_triviaqa():
    from opencompass.datasets.triviaqa import TriviaQAEvaluator

    return TriviaQAEvaluator()


def oc_nq():
    from opencompass.datasets.natural_question import NQEvaluator

    return NQEvaluator()


def oc_squad():
    from opencompass.datasets.squad20 import SQuAD20Evaluator

    return SQuAD20Evaluator()


def oc_exact():
    from opencompass.openicl.icl_evaluator import EMEvaluator

    return EMEvaluator()


def oc_cmrc(text):
    from opencompass.datasets.cmrc import cmrc_postprocess

    return cmrc_postprocess(text)


def oc_lambada(rows):
    from opencompass.datasets.lambada import LambadaEvaluator

    evaluator = LambadaEvaluator()
    return [evaluator.score([said], [targets[0]])["accuracy"] / 100 for said, targets in rows]


def oc_bleu(chinese):
    def judge(rows):
        import sacrebleu
        from opencompass.datasets.flores import flores_postprocess, flores_postprocess_chinese

        prepared = flores_postprocess_chinese if chinese else flores_postprocess
        said = [prepared(one) for one, _ in rows]
        wanted = [prepared(targets[0]) for _, targets in rows]
        # Its BleuEvaluator calls corpus_bleu of sacrebleu with the defaults.
        return [sacrebleu.corpus_bleu(said, [wanted]).score / 100]

    return judge


LM_EVAL = {
    "drop": drop,
    "truthfulqa": truthfulqa,
    "triviaqa": exact(),
    "nq": exact([r"\b(?:The |the |An |A |The |a |an )"]),
}
OPENCOMPASS = {
    "transformers-squad": squad,
    "transformers-squad2": squad,
    "triviaqa": one_by_one(oc_triviaqa),
    "nq": one_by_one(oc_nq),
    "squad2": one_by_one(oc_squad),
    "cmrc2018": one_by_one(oc_exact, oc_cmrc),
    "lambada": oc_lambada,
    "flores-fr": oc_bleu(False),
    "flores-zh": oc_bleu(True),
}

if __name__ == "__main__":
    main()
