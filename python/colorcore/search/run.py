"""Search: numbers of a dopesheet, varied within bounds, for a deletion that no run gets wrong."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import optuna
import pandas as pd

from colorcore.errors import InputError
from colorcore.experiment.folder import DOPESHEET, TRIALS
from colorcore.experiment.loading import Experiment, load
from colorcore.experiment.origin import origin
from colorcore.outputs import write_text
from colorcore.provenance import digest
from colorcore.results import records
from colorcore.schedule.sheet import read_text
from colorcore.search.log import COLUMNS, best, read_log, write_log
from colorcore.search.settings import Search, fill, read
from colorcore.search.trials import attempt, propose

Show = Callable[[str], None]


def run(folder: Path, out: Path, *, show: Show) -> None:
    """Make all trials; keep their log in `out`, and beside it the best trial's dopesheet.

    A log that is there already is continued, to the same end as if it never had been interrupted;
    more trials may be asked for than at first.

    Raises: InputError when that log is another search's, of other settings or by other code, or no
    trial is complete.
    """
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    experiment, search = load(folder), read(folder)
    sheet = read_text(folder / DOPESHEET)
    log = _continued(out / TRIALS, search, _origin(experiment, search, sheet))
    for number in range(len(log), search.trials):
        values = propose(search, log)
        entry = {
            "trial": number,
            **values,
            **attempt(experiment, search, fill(sheet, search, values)),
        }
        log = pd.DataFrame([*log.to_dict("records"), entry], columns=_columns(search))
        write_log(out / TRIALS, log)
        score, leader = entry["value"], log["value"].max()
        show(f"trial {number + 1} of {search.trials}: {score:.4f}, best {leader:.4f}")
    winner = {name: float(best(log)[name]) for name in search.space}
    write_text(out / DOPESHEET, fill(sheet, search, winner))


def _columns(search: Search) -> list[str]:
    return ["trial", *search.space, *COLUMNS[1:]]


def _origin(experiment: Experiment, search: Search, sheet: str) -> dict[str, str]:
    """What decides every trial: all but how many there are to be."""
    said = {**search.model_dump(mode="json", exclude={"trials"}), "sheet": sheet}
    made = origin(experiment, "search")
    return {
        **made,
        "settings": digest({"experiment": made["settings"], "search": json.dumps(said)}),
    }


def _continued(path: Path, search: Search, made: dict[str, str]) -> pd.DataFrame:
    """The log to go on from: one that this search has made, or an empty one."""
    record = records.record_of(path)
    if not path.exists():
        records.write(record, made, made={}, of={})  # the log grows, so it has no digest
        return pd.DataFrame(columns=_columns(search))
    records.check_origin(record, made)
    log = read_log(path)
    if list(log.columns) != _columns(search) or not _made_by(search, log):
        raise InputError(
            f"{path}: wanted the log of this search, got another's; move it away to begin anew"
        )
    return log


def _made_by(search: Search, log: pd.DataFrame) -> bool:
    """Whether each value is the one that the search proposes after the trials before it.

    The last trial vouches for the others, which all had a part in proposing it.
    """
    if log.empty:
        return True
    proposed, tried = propose(search, log[:-1]), log.iloc[-1]
    return all(math.isclose(proposed[name], tried[name]) for name in search.space)
