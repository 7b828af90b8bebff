"""Ablation beside interventions as the model runs."""

from __future__ import annotations

from colorcore.results.measures import neighbors
from colorcore.writeup.markdown import interval, pipe_table, swatch, thousandths
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject

READS = ("interventions.csv",)


def write(subject: Subject) -> str:
    """Score, error of the target and of its neighbours, and damage to what is unlike it."""
    beside = neighbors(subject.deletion.targets[0].rgb)
    columns = ["score_r2", "target", *beside, "unlike_max"]
    show = [significant, significant, *[thousandths] * (len(beside) + 1)]
    rows = [
        [name, *(interval(runs[c], s) for c, s in zip(columns, show, strict=True))]
        for name, runs in subject.results.interventions().groupby("intervention", sort=False)
    ]
    header = [
        "intervention",
        "score R²",
        subject.concept,
        *(f"{swatch(name)}, ×\N{NO-BREAK SPACE}10³" for name in beside),
        f"unlike {subject.concept}, ×\N{NO-BREAK SPACE}10³",
    ]
    return pipe_table(header, rows, align="l" + "r" * len(columns))
