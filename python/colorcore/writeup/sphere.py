"""Latents on the hypersphere, three of their dimensions at a time, in parallel projection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from colorcore.writeup.style import Theme
from colorcore.writeup.subject import Subject

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DIMENSIONS = 3  # of a view
TILT = np.radians(18)  # how far the view looks down on the horizontal plane
RIM = "#8a9099"  # on light and dark pages alike
DIFFERENT = 0.08  # a channel difference from here on can be seen

Array = NDArray[np.float64]


def draw_latents(
    axes: Axes,
    latents: Array,
    recon: Array,
    color: Array,
    *,
    dims: tuple[int, int, int],
    theme: Theme,
    size: float = 16,
) -> None:
    """Dots for colours, nearer ones in front, in the reconstructed colour.

    Where that can be told from the true colour, the true colour is an inner dot.

    Shapes: `latents` (points, latent), NaN where a dimension is gone; `recon` and `color`
    (points, 3), RGB in [0, 1]; `dims` are across, up, and towards the viewer.
    """
    _draw_sphere(axes, dims, theme)
    across, up, near = np.nan_to_num(latents[:, dims]).T
    vertical = up * np.cos(TILT) - near * np.sin(TILT)
    depth = up * np.sin(TILT) + near * np.cos(TILT)
    order = np.argsort(depth, kind="stable")
    place = np.column_stack([across, vertical])[order]
    shown, true = np.clip(recon[order], 0, 1), color[order]
    different = np.abs(shown - true).max(axis=1) > DIFFERENT
    # Two colours in one pass, so that a near dot covers the inner dot of a far one.
    both = np.repeat(place, 2, axis=0)
    colors = np.stack([shown, np.where(different[:, None], true, shown)], axis=1).reshape(-1, 3)
    sizes = np.tile([size, size * 0.22], len(place))
    # Behind all, a rim: black and white could not be told from the sphere on one page or the other.
    axes.scatter(*place.T, s=size * 2, c=RIM, linewidths=0, rasterized=True, zorder=2)
    axes.scatter(*both.T, s=sizes, c=colors, linewidths=0, rasterized=True, zorder=2)


def _draw_sphere(axes: Axes, dims: tuple[int, int, int], theme: Theme) -> None:
    from matplotlib.patches import Circle, Ellipse

    axes.add_patch(Circle((0, 0), 1, facecolor=theme.panel, edgecolor=theme.faint, lw=0.8))
    equator = Ellipse((0, 0), 2, 2 * np.sin(TILT), fill=False, edgecolor=theme.faint, lw=0.6)
    axes.add_patch(equator)
    axes.set(xlim=(-1.22, 1.22), ylim=(-1.22, 1.22), aspect="equal")
    axes.axis("off")
    names = [f"$z_{dim}$" for dim in dims]
    axes.text(1.06, 0, names[0], va="center", ha="left")
    axes.text(0, 1.06, names[1], va="bottom", ha="center")


def order(subject: Subject) -> tuple[int, ...]:
    """The latent dimensions, the deletion's own first; of two, the last stands for depth too."""
    own = subject.deletion.dims
    others = (dim for dim in range(subject.experiment.model.latent) if dim not in own)
    found = (*own, *others)
    return (*found, *found[-1:] * (DIMENSIONS - len(found)))


def target_at(color: Array, subject: Subject) -> int:
    """Which of some colours is nearest to the deletion's first target. Shapes: (points, 3)."""
    return int(np.argmin(np.abs(color - subject.deletion.colors[0]).sum(axis=1)))


def flat(values: NDArray) -> Array:
    """Points of a cube as a list. Shapes: (a, b, c, n) → (a·b·c, n)."""
    return np.asarray(values, dtype=np.float64).reshape(-1, values.shape[-1])
