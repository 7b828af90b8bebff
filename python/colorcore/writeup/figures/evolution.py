"""How the latents of one run arrange themselves during training."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorcore.writeup import style
from colorcore.writeup.sphere import draw_latents, flat, order, target_at
from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

READS = ("evolution.nc",)
COLUMNS = 4


class Data(NamedTuple):
    """`view` has the anchored axis up, and `target` is which of the colours is anchored there."""

    concept: str
    seed: int
    steps: int
    cube: xr.Dataset
    view: tuple[int, int, int]
    target: int


def gather(subject: Subject) -> Data:
    experiment, cube = subject.experiment, subject.results.grid("evolution")
    up, across, near, *_ = order(subject)
    return Data(
        concept=subject.deletion.targets[0].name,
        seed=experiment.representative_seed,
        steps=experiment.schedule.steps,
        cube=cube,
        view=(across, up, near),
        target=target_at(flat(cube["color"].values), subject),
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
        draw_latents(axes, latents, recon, color, dims=data.view, theme=theme, size=7)
        axes.set_title("after training" if step == data.steps else f"step {step}")
    for axes in list(panels):
        axes.axis("off")
    return figure


def describe(data: Data) -> str:
    """Alt text."""
    steps, up = data.cube["step"].values, data.cube["latents"].sel(latent=data.view[1])
    standing = up.values.reshape(len(steps), -1)[:, data.target]
    heights = [f"{z:.2f} at step {step}" for z, step in zip(standing, steps, strict=True)]
    return (
        f"Spheres with the latents of every colour of seed {data.seed} at moments of training, the "
        f"anchored axis up. The colour of {data.concept} stands on that axis at "
        f"{', '.join(heights)}."
    )
