"""The figures of the paper: what there is, and how one is drawn from results."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from colorcore.errors import unknown

if TYPE_CHECKING:  # how figures look is of use without what reads experiments
    from colorcore.experiment.loading import Experiment

VARIANTS = ("baseline", "ablated", "pruned")
CONDITIONS = (
    "schedules",
    "terms",
    "reliable",
    "apart",
)  # groups of comparison.GROUPS; of labels, economy shows more

FIGURES: dict[str, tuple[str, dict[str, str]]] = {
    "dopesheet": ("dopesheet", {}),
    **{f"colors-{variant}": ("colors", {"variant": variant}) for variant in VARIANTS},
    **{f"stack-{variant}": ("stack", {"variant": variant}) for variant in VARIANTS},
    "latents": ("latents", {"variant": "baseline"}),
    "latents-ablated": ("latents", {"variant": "ablated"}),
    "training": ("training", {}),
    "evolution": ("evolution", {}),
    "sweep": ("sweep", {}),
    "named": ("named", {}),
    "error-similarity": ("error_similarity", {}),
    "agreement": ("agreement", {}),
    "remainder": ("remainder", {}),
    "anchoring": ("anchoring", {}),
    "schedules": ("schedules", {}),
    **{f"conditions-{group}": ("conditions", {"group": group}) for group in CONDITIONS},
    "economy": ("economy", {}),
    "search": ("search", {}),
    "interventions": ("interventions", {}),
}
"""By name: the module that draws it, and what to tell that module."""

NAMES = tuple(FIGURES)
ACROSS = ("remainder", "anchoring", "economy", *(f"conditions-{group}" for group in CONDITIONS))
"""Figures that need the runs of other experiments too."""


def render(name: str, experiment: Experiment, results: Path, published: Path) -> None:
    """Draw a figure for light and for dark pages and write its alt text, into results/figures.

    Raises: InputError when there is no such figure or its data cannot be used.
    """
    if name not in FIGURES:
        raise unknown("figure", name, NAMES)

    from colorcore.outputs import write_text
    from colorcore.results.files import Results
    from colorcore.writeup.figures import style

    module_name, options = FIGURES[name]
    module = import_module(f"colorcore.writeup.figures.{module_name}")
    data = module.gather(experiment, Results(results, published), **options)
    for theme in style.THEMES:
        with style.applied(theme):
            style.save(module.draw(data, theme), results / "figures" / f"{name}-{theme.name}.svg")
    write_text(results / "figures" / f"{name}.txt", module.describe(data) + "\n")
