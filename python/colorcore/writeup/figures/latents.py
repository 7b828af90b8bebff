"""Six projections of the latents."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from colorcore.writeup import style
from colorcore.writeup.sphere import draw_latents, flat, order, target_at
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject, Variant

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

READS = ("latent_cube.nc",)
VIEWS = ((1, 0, 2), (2, 0, 3), (3, 0, 4), (4, 1, 2), (3, 2, 4), (4, 3, 0))
"""Places among the dimensions, of which the first is the anchored one: across, up, near."""


class Data(NamedTuple):
    """`dims` are the latent dimensions, the anchored one first; `target` is what is anchored."""

    concept: str
    variant: str
    cube: xr.Dataset
    dims: tuple[int, ...]
    target: int


def gather(subject: Subject, variant: Variant) -> Data:
    cube = subject.results.grid("latent_cube").sel(variant=variant)
    target = target_at(flat(cube["color"].values), subject)
    return Data(subject.deletion.targets[0].name, variant, cube, order(subject), target)


def draw(data: Data, theme: Theme) -> Figure:
    """Two rows of three spheres; the first row has the anchored axis up."""
    figure = style.new(4.5)
    latents, recon, color = (flat(data.cube[name].values) for name in ("latents", "recon", "color"))
    width = len(data.dims)
    views = [
        (data.dims[across % width], data.dims[up % width], data.dims[near % width])
        for across, up, near in VIEWS
    ]
    for axes, dims, name in zip(figure.subplots(2, 3).flat, views, "abcdef", strict=True):
        draw_latents(axes, latents, recon, color, dims=dims, theme=theme, size=11)
        style.letter(axes, name)
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    latents = flat(data.cube["latents"].values)
    height = latents[data.target, data.dims[0]]
    place = (
        "the anchored axis carries nothing"
        if np.nan_to_num(height) == 0
        else f"the colour of {data.concept} stands at {height:.2f} on the anchored axis"
    )
    return (
        f"Six views of {len(latents)} colours on the latent sphere of the {data.variant} model, "
        f"each dot in its reconstructed colour; {place}, and the other colours spread over the "
        "remaining dimensions with similar hues side by side."
    )
