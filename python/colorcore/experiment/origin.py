"""What decides the result of an experiment, as digests to be kept with it."""

from __future__ import annotations

import hashlib

import numpy as np

from colorcore import provenance
from colorcore.experiment.loading import Experiment

# What training does not look at: what is shown, and what is deleted afterwards.
AFTER_TRAINING = {"representative_seed", "surgery", "operators"}


def digest(experiment: Experiment, step: str = "") -> str:
    """SHA-256 of all that an experiment says, whatever its spelling and its title.

    Of what decides the result of a step, where one is named: training looks at less than others.
    """
    is_training = step == "train"
    table = experiment.schedule.table
    told = {"title", "folder", "schedule", "palette", "deletions"}
    content = experiment.model_dump(
        mode="json", exclude=told | AFTER_TRAINING if is_training else told
    )
    palette = [experiment.palette.colors, *experiment.palette.columns.values()]
    content["palette"] = [_of_numbers(part) for part in palette]
    content["schedule"] = {name: _of_numbers(table[name].to_numpy()) for name in table.columns}
    # The order of labels decides their draws, that of regularizers the order of sums, and that of
    # deletions which of them the results are of where none is named.
    orders = [experiment.concepts, experiment.regularizers, experiment.deletions]
    content["order"] = [list(names) for names in orders[: 2 if is_training else None]]
    return provenance.digest_of(content)


def _of_numbers(numbers: np.ndarray) -> str:
    return hashlib.sha256(numbers.tobytes()).hexdigest()


def told(experiment: Experiment) -> str:
    """SHA-256 of all that figures and texts can tell of an experiment: its title and phases too."""
    sheet = experiment.schedule
    named = [part.to_dict("list") for part in (sheet.keyframes, sheet.phases, sheet.actions)]
    said = experiment.model_dump_json(exclude={"folder", "schedule", "palette", "deletions"})
    return provenance.digest_of([digest(experiment), said, *named])  # as text, in its order


def origin(experiment: Experiment, step: str) -> dict[str, str]:
    """What decides the result of a workflow step, to be kept with it."""
    return {
        "experiment": experiment.name,
        "settings": digest(experiment, step),
        "code": provenance.code(step),
        "step": step,
    }
