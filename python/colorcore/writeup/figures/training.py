"""Training curves of every term, over all seeds."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from colorcore.experiment.loading import Experiment
from colorcore.results.distribution import HIGH, LOW
from colorcore.results.files import Results
from colorcore.writeup.figures import style
from colorcore.writeup.figures.style import Theme

WINDOW = 15  # steps that are pooled: labels are so rare that a single step has few samples


def gather(experiment: Experiment, results: Results) -> dict[str, pd.DataFrame]:
    """For each term its median and 90 % band over seeds and neighbouring steps, index `step`."""
    history = results.history()
    curves = {}
    for name in ["recon", *experiment.regularizers]:
        labels = experiment.regularizers[name].labels if name != "recon" else {}
        seen = history
        for label in labels:  # without a label in the batch the term is 0 and says nothing
            seen = history[history[f"labelled_{label}"] > 0]
        pooled = seen.groupby(seen["step"] // WINDOW * WINDOW)[name]
        quantiles = pooled.quantile([LOW, 0.5, HIGH]).unstack()
        curves[name] = quantiles.set_axis(["low", "median", "high"], axis="columns")
    return curves


def draw(data: dict[str, pd.DataFrame], theme: Theme) -> Figure:
    """A panel a term: median line, band from the 5th to the 95th percentile."""
    figure = style.new(3.9)
    columns = 2
    rows = -(-len(data) // columns)
    panels = list(figure.subplots(rows, columns, sharex=True, squeeze=False).flat)
    for axes, (name, curve), color, mark in zip(
        panels, data.items(), [theme.lines[-1], *theme.lines], "abcdefgh", strict=False
    ):
        axes.fill_between(curve.index, curve["low"], curve["high"], color=color, alpha=0.25, lw=0)
        axes.plot(curve.index, curve["median"], color=color)
        axes.set_yscale("log")
        style.letter(axes, mark, "reconstruction (MSE)" if name == "recon" else name)
    for axes in panels[len(data) :]:
        axes.remove()
    for axes in panels[-columns:]:
        axes.set_xlabel("step")
    return figure


def describe(data: dict[str, pd.DataFrame]) -> str:
    """Alt text."""
    ends = "; ".join(
        f"{name} from {curve['median'].iloc[0]:.2g} to {curve['median'].iloc[-1]:.2g}"
        for name, curve in data.items()
    )
    return (
        "Line charts over training steps on logarithmic axes, one for each term of the objective, "
        f"each with the median over seeds and a band that holds 90 % of them. Medians go: {ends}."
    )
