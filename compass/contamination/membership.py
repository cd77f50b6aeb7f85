"""Scores of single texts, high for texts that were trained on, against fresh ones."""

from __future__ import annotations

from compass.contamination.finding import Finding, Reading, column, lacking
from compass.contamination.statistics import area


def compared(
    method: str, reading: Reading, value: str, test: str, reference: str | None, sign: float = 1.0
) -> list[Finding]:
    """Return how well a score tells the test texts from the reference's.

    Args:
        method: Name of the method.
        reading: Where verdicts come from.
        value: Name of the value in the verdicts.
        test: Dataset of the test.
        reference: Dataset of fresh texts; None gives the mean and no test.
        sign: -1 if low values speak for a leak.
    """
    (values,), missing = column(reading.verdicts(test), value)
    scores = [sign * one for one in values]
    if reference is None:
        mean = sum(values) / len(values) if values else None
        return [
            Finding(
                method=method,
                leak="test leak",
                statistic=f"mean {value}",
                value=mean,
                n=len(values),
                note="no reference: nothing is tested",
            )
        ]
    (others,), lost = column(reading.verdicts(reference), value)
    made = area(scores, [sign * one for one in others])
    n, m = len(values), len(others)
    return [
        Finding(
            method=method,
            leak="test leak",
            statistic="AUC against the reference",
            value=made.value if made else None,
            low=made.low if made else None,
            high=made.high if made else None,
            p=made.p if made else None,
            n=n,
            pairs=n * m / (n + m) if n and m else 0.0,
            matched=True,
            note=lacking(missing + lost),
        )
    ]
