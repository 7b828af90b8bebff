"""Every deletion of some experiments: what is deleted, how well, and at what damage."""

from __future__ import annotations

import pandas as pd

from colorcore.colors.named import NAMES
from colorcore.experiment.concepts import Deletion
from colorcore.results.distribution import summary
from colorcore.results.measures import HARMED
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import pipe_table, plain, swatch
from colorcore.writeup.numerals import fixed, significant
from colorcore.writeup.subject import Subject

READS = ()


def reads_of(document: Document, experiments: tuple[str, ...]) -> list[str]:
    """The experiments whose runs are read."""
    return list(experiments)


def write(subject: Subject, experiments: tuple[str, ...]) -> str:
    """A row a deletion: medians with the worst run, or the 90 % interval, and how many harm."""
    rows = []
    for name in experiments:
        experiment = subject.document.load(name)
        for deletion in experiment.deletions.values():
            runs = subject.results_of(name, deletion=deletion.name).runs()
            rows.append([_called(deletion), str(experiment.model.latent), *_cells(runs)])
    header = ["deleted", "K", "score R² (worst)", "error (90 %)", "damage", "harmed"]
    return pipe_table(header, rows, align="lr" + "r" * 4)


def _called(deletion: Deletion) -> str:
    name = deletion.title
    return swatch(name) if name in NAMES else plain(name)


def _cells(runs: pd.DataFrame) -> list[str]:
    score, error = summary(runs["score_r2"]), summary(runs["ablated target"])
    return [
        f"{fixed(score['median'], 2)} ({fixed(score['min'], 2)})",
        f"{fixed(error['median'], 2)} ({fixed(error['low'], 2)} to {fixed(error['high'], 2)})",
        significant(runs["harm"].median(), 1),
        f"{(runs['harm'] > HARMED).sum()} of {len(runs)}",
    ]
