"""Our score in experiments of which only summaries were published, beside those."""

from __future__ import annotations

from colorcore.results.distribution import verdict
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table
from colorcore.writeup.numerals import significant
from colorcore.writeup.subject import Subject
from paper import published

READS = ()
FILES = (published.SUMMARIES,)
KINDS = ("mean", "sd", "min", "max")


def reads_of(document: Document) -> list[str]:
    """The experiments whose runs are read."""
    return list(published.summaries()["experiment"].unique())


def write(subject: Subject) -> str:
    """Two rows an experiment, with a verdict."""
    rows, names = [], published.summaries().groupby("experiment", sort=False)
    for name, summaries in names:
        found = published.published_means(subject.results_of(str(name)).runs(), summaries).iloc[0]
        rows += [
            [f"`{name}`, colorcore", *(significant(found[kind]) for kind in KINDS), "", ""],
            [
                f"`{name}`, published",
                *(significant(found[f"published {kind}"]) for kind in KINDS),
                significant(found["p"]),
                verdict(found["p"], of=len(names)),
            ],
        ]
    return pipe_table(["score R²", *KINDS, "*p*", "verdict"], rows, align="lrrrrrl")
