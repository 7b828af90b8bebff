"""Tables that set experiments beside each other, or beside published ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd

from colorcore.experiment.folder import SEARCH, SEARCHED, TRIALS, read
from colorcore.experiment.loading import Experiment
from colorcore.results.comparison import MEASURES, conditions, paired, pareto, published_means
from colorcore.results.distribution import verdict
from colorcore.results.files import Results
from colorcore.writeup.numerals import fixed, signed, significant
from colorcore.writeup.tables.markdown import interval, pipe_table, thousandths

SHOWN: dict[str, Callable[[float], str]] = {
    "score_r2": partial(fixed, decimals=2),
    "ablated red": partial(fixed, decimals=2),
    "unlike_red_max": lambda value: fixed(1e3 * value, 1),
    "val_mse": lambda value: fixed(1e6 * value, 0),
    "red_cosine": partial(fixed, decimals=2),
}
"""With as many decimals in every row, so that columns can be read down."""
HEADER = {
    "score_r2": "score R²",
    "ablated red": "red",
    "unlike_red_max": "unlike red, ×\N{NO-BREAK SPACE}10³",
    "val_mse": "validation, ×\N{NO-BREAK SPACE}10⁶",
    "red_cosine": "cosine",
}
PARETO = 8  # runs of the front that are listed, by score


def comparison(experiment: Experiment, results: Results, group: str) -> str:
    """Each measure's median in each condition, and in brackets its difference to the first."""
    base, *others = conditions(experiment, results, group).items()
    rows = [[base[0], *(SHOWN[name](base[1][name].median()) for name in MEASURES)]]
    for label, runs in others:
        rows.append([label, *(_difference(base[1], runs, name) for name in MEASURES)])
    header = ["condition", *(HEADER[name] for name in MEASURES)]
    return pipe_table(header, rows, align="l" + "r" * len(MEASURES))


def _difference(base: pd.DataFrame, runs: pd.DataFrame, name: str) -> str:
    write, found = SHOWN[name], paired(base, runs, name)
    low, high = signed(found.low, write), signed(found.high, write)
    return f"{write(found.median)} ({low} to {high})"


def published(experiment: Experiment, results: Results) -> str:
    """Our score in experiments of which only summaries were published, beside those."""
    rows, names = [], results.published_summaries().groupby("experiment", sort=False)
    for name, summaries in names:
        found = published_means(results.of(str(name)).runs(), summaries).iloc[0]
        rows += [
            [f"`{name}`, colorcore", *(significant(found[kind]) for kind in KINDS), "", ""],
            [
                f"`{name}`, published",
                *(significant(found[f"published {kind}"]) for kind in KINDS),
                significant(found["p"]),
                verdict(found["p"], of=len(names)),
            ],
        ]
    return pipe_table(["score R²", *KINDS, "*p*", "verdict"], rows, align="lrrrrrl")


KINDS = ("mean", "sd", "min", "max")


def search(experiment: Experiment, results: Results) -> str:
    """What a search varied, where in the dopesheet, between which bounds, and what it found."""
    folder = experiment.folder.parent / SEARCHED
    log = pd.read_csv(folder / TRIALS)
    winner = log.nlargest(1, "value").iloc[0]
    rows = []
    for name, bounds in read(folder / SEARCH)["space"].items():
        steps = ", ".join(str(step) for step, _ in bounds["cells"])
        values = (bounds["low"], bounds["high"], winner[name])
        rows.append(
            [f"`{bounds['cells'][0][1]}`", steps, *(significant(value, 3) for value in values)]
        )
    header = ["column", "step", "lowest", "highest", "found"]
    return pipe_table(header, rows, align="llrrr")


def front(experiment: Experiment, results: Results) -> str:
    """The best runs by score among those that none beats in everything, and the median run."""
    runs = results.runs()
    best = pareto(runs, least=["val_mse", "anchor_loss"], most=["score_r2"])
    best = best.sort_values("score_r2", ascending=False).head(PARETO)
    columns = ["score_r2", "val_mse", "anchor_loss", "ablated red", "unlike_red_max"]
    write = [significant, thousandths, thousandths, significant, thousandths]
    rows = [
        [f"seed {run['seed']:.0f}", *(w(run[c]) for c, w in zip(columns, write, strict=True))]
        for _, run in best.iterrows()
    ]
    rows.append(["all runs", *(interval(runs[c], w) for c, w in zip(columns, write, strict=True))])
    header = ["run", "score R²", "validation × 1000", "anchor × 1000", "ablated red"]
    return pipe_table([*header, "worst unlike red × 1000"], rows, align="lrrrrr")
