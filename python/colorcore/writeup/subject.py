"""What a figure or a table is about: an experiment, one of its deletions, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from colorcore.experiment.concepts import Deletion
from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results
from colorcore.writeup.document import Document

Variant = Literal["baseline", "ablated", "pruned"]  # of a model, as `response.VARIANTS` has them


@dataclass(frozen=True)
class Subject:
    """An experiment of a document and what became of one of its deletions."""

    document: Document
    experiment: Experiment
    deletion: Deletion
    results: Results

    @property
    def concept(self) -> str:
        """What is deleted, as figures call it."""
        return self.deletion.title

    def results_of(self, name: str, *, deletion: str = "") -> Results:
        """The results of another experiment of the document, of its first deletion or another."""
        if name == self.experiment.name and not deletion:
            return self.results
        folder = self.results.folder.parent / name
        return Results.of(folder, self.document.load(name), deletion)

    def group(self, name: str) -> dict[str, pd.DataFrame]:
        """The runs of a group by what they are called, those that are compared with first.

        Raises: InputError for an unknown group, or when an experiment was not evaluated.
        """
        members = self.document.group(name).items()
        return {label: self.results_of(member).runs() for member, label in members}

    def judged_by(self, name: str) -> str:
        """What the runs of a group are judged by: the concept, unless it is another for some."""
        deletions = [self.document.load(n).deletion.title for n in self.document.group(name)]
        return self.concept if set(deletions) == {self.concept} else "target"


def subject(document: Document, build: Path, *, deletion: str = "") -> Subject:
    """The document's main experiment, and its first deletion or another."""
    experiment = document.load(document.main_name)
    results = Results.of(build / experiment.name, experiment, deletion)
    return Subject(document, experiment, experiment.chosen(deletion), results)
