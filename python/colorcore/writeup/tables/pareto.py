"""The best runs by score among those that none beats in everything, and the median run."""

from __future__ import annotations

from colorcore.results.comparison import pareto
from colorcore.writeup.markdown import interval, pipe_table, thousandths
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject

READS = ("runs.csv",)
LISTED = 8  # runs of the front, by score


def write(subject: Subject) -> str:
    """A row a run, and one for all of them."""
    runs = subject.results.runs()
    best = pareto(runs, least=["val_mse", "anchor_loss"], most=["score_r2"])
    best = best.sort_values("score_r2", ascending=False).head(LISTED)
    columns = ["score_r2", "val_mse", "anchor_loss", "ablated target", "unlike_max"]
    show = [significant, thousandths, thousandths, significant, thousandths]
    rows = [
        [f"seed {run['seed']:.0f}", *(s(run[c]) for c, s in zip(columns, show, strict=True))]
        for _, run in best.iterrows()
    ]
    rows.append(["all runs", *(interval(runs[c], s) for c, s in zip(columns, show, strict=True))])
    concept = subject.concept
    header = ["run", "score R²", "validation × 1000", "anchor × 1000", f"ablated {concept}"]
    return pipe_table([*header, f"worst unlike {concept} × 1000"], rows, align="lrrrrr")
