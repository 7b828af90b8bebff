"""What the text claims in words, as conditions on the results.

A build fails when its results stop bearing a claim out, so that no sentence outlives its data.
Claims are about the distribution of runs and leave room for its sampling: another processor rounds
otherwise, and the same seeds then make other runs of the same distribution.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from colorcore.errors import InputError
from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results
from colorcore.writeup.claims import chance, conditions, reliable, runs
from colorcore.writeup.claims.evidence import gather

CLAIMS = (*runs.CLAIMS, *conditions.CLAIMS, *chance.CLAIMS, *reliable.CLAIMS)


def check(experiments: Iterable[Experiment], build: Path, published: Path) -> None:
    """Check every claim against the results; the first experiment is the main one.

    Raises: InputError naming the sentence that the results do not bear out.
    """
    main, *others = experiments
    results = Results(build / main.name, published)
    evidence = gather(others, results)
    for claim in CLAIMS:
        if not claim.holds(evidence):
            raise InputError(
                f"{results.runs_path}: wanted results that bear out «{claim.sentence}», "
                "got others; find the bug, or change the sentence in the paper and in claims/"
            )
