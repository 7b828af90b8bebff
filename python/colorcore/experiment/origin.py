"""What decides the result of an experiment, as digests to be kept with it."""

from __future__ import annotations

import hashlib

from colorcore import provenance
from colorcore.experiment.loading import Experiment


def digest(experiment: Experiment) -> str:
    """SHA-256 of all that an experiment says, whatever its spelling and its title."""
    table = experiment.schedule.table
    content = experiment.model_dump(
        mode="json", exclude={"title", "folder", "schedule", "palette", "deletions"}
    )
    palette = [experiment.palette.colors, *experiment.palette.columns.values()]
    content["palette"] = [hashlib.sha256(part.tobytes()).hexdigest() for part in palette]
    content["schedule"] = {name: table[name].tolist() for name in table.columns}
    # The order of labels decides their draws, that of regularizers the order of sums, and that of
    # deletions which of them the results are of where none is named.
    orders = (experiment.concepts, experiment.regularizers, experiment.deletions)
    content["order"] = [list(names) for names in orders]
    return provenance.digest_of(content)


def told(experiment: Experiment) -> str:
    """SHA-256 of all that figures and texts can tell of an experiment: its title and phases too."""
    sheet = experiment.schedule
    named = [part.to_dict("list") for part in (sheet.keyframes, sheet.phases, sheet.actions)]
    return provenance.digest_of([digest(experiment), experiment.title, *named])


def origin(experiment: Experiment, step: str) -> dict[str, str]:
    """What decides the result of a workflow step, to be kept with it."""
    return {
        "experiment": experiment.name,
        "settings": digest(experiment),
        "code": provenance.code(step),
        "step": step,
    }
