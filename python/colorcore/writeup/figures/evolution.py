"""How the latents of one run arrange themselves during training."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from colorcore.colors.named import named_rgb
from colorcore.experiment.loading import Experiment
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.sphere import draw_latents, flat
from colorcore.writeup.figures.style import Theme

VIEW = (1, 0, 2)  # the anchored axis up
COLUMNS = 4


class Data(NamedTuple):
    seed: int
    steps: int
    cube: xr.Dataset


def gather(experiment: Experiment, results: Results) -> Data:
    return Data(
        experiment.representative_seed, experiment.schedule.steps, results.grid("evolution")
    )


def draw(data: Data, theme: Theme) -> Figure:
    """A sphere for each moment, in reading order."""
    moments = data.cube["step"].values
    rows = -(-len(moments) // COLUMNS)
    figure = style.new(1.85 * rows)
    panels = figure.subplots(rows, COLUMNS, squeeze=False).flat
    color = flat(data.cube["color"].values)
    for axes, step in zip(panels, moments, strict=False):
        part = data.cube.sel(step=step)
        latents, recon = flat(part["latents"].values), flat(part["recon"].values)
        draw_latents(axes, latents, recon, color, dims=VIEW, theme=theme, size=7)
        axes.set_title("after training" if step == data.steps else f"step {step}")
    for axes in list(panels):
        axes.axis("off")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    color = flat(data.cube["color"].values)
    red = int(np.argmin(np.abs(color - named_rgb("red")).sum(axis=1)))
    heights = [
        f"{flat(data.cube['latents'].sel(step=step).values)[red, 0]:.2f} at step {step}"
        for step in data.cube["step"].values
    ]
    return (
        f"Spheres with the latents of every colour of seed {data.seed} at moments of training, the "
        f"anchored axis up. Pure red stands on that axis at {', '.join(heights)}."
    )
