"""Six projections of the latents."""

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

VIEWS = ((1, 0, 2), (2, 0, 3), (3, 0, 4), (4, 1, 2), (3, 2, 4), (4, 3, 0))


class Data(NamedTuple):
    variant: str
    cube: xr.Dataset


def gather(experiment: Experiment, results: Results, variant: str) -> Data:
    return Data(variant, results.grid("latent_cube").sel(variant=variant))


def draw(data: Data, theme: Theme) -> Figure:
    """Two rows of three spheres; the first row has the anchored axis up."""
    figure = style.new(4.5)
    latents, recon, color = (flat(data.cube[name].values) for name in ("latents", "recon", "color"))
    width = latents.shape[1]
    views = [tuple(dim % width for dim in dims) for dims in VIEWS]
    for axes, dims, name in zip(figure.subplots(2, 3).flat, views, "abcdef", strict=True):
        draw_latents(axes, latents, recon, color, dims=dims, theme=theme, size=11)
        style.letter(axes, name)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    latents, color = flat(data.cube["latents"].values), flat(data.cube["color"].values)
    red = latents[np.argmin(np.abs(color - named_rgb("red")).sum(axis=1)), 0]
    place = (
        "the anchored axis carries nothing"
        if np.nan_to_num(red) == 0
        else f"pure red stands at {red:.2f} on the anchored axis"
    )
    return (
        f"Six views of {len(latents)} colours on the latent sphere of the {data.variant} model, "
        f"each dot in its reconstructed colour; {place}, and the other colours spread over the "
        "remaining dimensions with similar hues side by side."
    )
