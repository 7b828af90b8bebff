"""The folder of an experiment: its files, read and joined with those it is based on.

A settings file may name another experiment as its `base`. It then says only what differs: keys
within keys are joined, anything else is replaced, and a key without a value is removed. A folder
that has no dopesheet uses that of its base.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from yaml import CSafeLoader

from colorcore.errors import InputError, suggest

SETTINGS, DOPESHEET = "experiment.yaml", "dopesheet.csv"
SEARCH, TRIALS = "search.yaml", "trials.csv"  # where the dopesheet was searched for
TAIL = "tail.csv"  # of many more runs, how each turned out
GRID, TUNED = "grid.yaml", "tuned.csv"  # settings that were tried, and how each did
KEPT = (SEARCH, TRIALS, TAIL, GRID, TUNED)  # what numbers may be computed from, beside results
BASE = "base"
NAME = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
# By what a build has besides its experiments, and what a text quotes besides those.
TAKEN = (
    "stage", "logs", "benchmarks", "index.html", "index.pdf", "data.zip", "numbers.json",
    "report.log", "search", "versions", "hardware", "comparisons", "document",
)  # fmt: skip


class ExperimentError(InputError):
    """A mistake in an experiment's settings."""


class Files(NamedTuple):
    """What an experiment is read from: settings, the last of which are its own, and dopesheet.

    `data` is the file of colours, of an experiment that has one of its own.
    """

    settings: list[Path]
    dopesheet: Path
    data: Path | None


def check_name(folder: Path) -> None:
    """Check what an experiment is called, which stands in paths, commands and variables.

    Raises: ExperimentError for a name that would be another in a text, or that a build has for
    something else.
    """
    name = folder.resolve().name
    if not NAME.fullmatch(name):
        raise ExperimentError(
            f"{folder}: wanted a name of letters and digits, with single dots, hyphens and "
            f"underscores between, got {name!r}; rename the folder"
        )
    if name in TAKEN:
        raise ExperimentError(
            f"{folder}: wanted a name that is none of {', '.join(TAKEN)}, by which a build or a "
            f"text calls something else, got {name!r}; rename the folder"
        )


def files(folder: Path) -> Files:
    """The files that decide what an experiment is.

    Raises: ExperimentError when one of them is missing or cannot be read.
    """
    said = read(folder / SETTINGS)
    base, data = _base(folder, said), _named_data(said)
    if base is None:
        return Files([folder / SETTINGS], folder / DOPESHEET, folder / data if data else None)
    own = folder / DOPESHEET
    sheet = own if own.exists() else base / DOPESHEET
    return Files([base / SETTINGS, folder / SETTINGS], sheet, _data(folder, base))


def _data(folder: Path, base: Path) -> Path | None:
    """The file of colours, in the folder of the experiment that names it: its own or its base.

    Raises: ExperimentError when there is one in both folders, and the own one is not named.
    """
    name, own = _named_data(content(folder)), _named_data(read(folder / SETTINGS))
    if name is None:
        return None
    mine, lent = folder / name, base / name
    if own is None and mine.exists() and mine.resolve() != lent.resolve():
        raise ExperimentError(
            f"{folder / SETTINGS}: data.csv: wanted the name of this experiment's own {name}, got "
            f"none, which stands for {lent}; add data: {{csv: {name}}}, or remove the file"
        )
    return lent if own is None else mine


def _named_data(settings: Any) -> str | None:
    data = settings.get("data") if isinstance(settings, dict) else None
    name = data.get("csv") if isinstance(data, dict) else None
    return name if isinstance(name, str) else None


def content(folder: Path) -> Any:
    """What the settings say, joined with those of the base.

    Raises: ExperimentError for what is not YAML, a base that cannot be one, or no own title.
    """
    own = read(folder / SETTINGS)
    base = _base(folder, own)
    if base is None:
        return own
    below = read(base / SETTINGS)
    if isinstance(below, dict) and BASE in below:
        raise ExperimentError(
            f"{folder / SETTINGS}: base: wanted an experiment that stands by itself, got "
            f"{base.name!r}, which is based on {below[BASE]!r}; name that"
        )
    if own.get("title") is None:
        raise ExperimentError(
            f"{folder / SETTINGS}: title: wanted one of its own, got none, which would be that of "
            f"{base.name}; add it"
        )
    return _join(below, {key: value for key, value in own.items() if key != BASE})


def _base(folder: Path, own: Any) -> Path | None:
    """The folder of the base, beside the experiment's own."""
    if not isinstance(own, dict) or BASE not in own:
        return None
    siblings = folder.resolve().parent
    is_name = isinstance(own[BASE], str) and Path(own[BASE]).name == own[BASE]
    is_there = is_name and (siblings / own[BASE] / SETTINGS).exists()
    if not is_there or own[BASE] == folder.resolve().name:
        known = sorted(path.parent.name for path in siblings.glob(f"*/{SETTINGS}"))
        near = suggest(str(own[BASE]), known, otherwise="name one of them")
        raise ExperimentError(
            f"{folder / SETTINGS}: base: wanted another experiment beside this one, "
            f"{', '.join(known)}, got {own[BASE]!r}; {near}"
        )
    return siblings / own[BASE]


def _join(below: Any, above: Any) -> Any:
    if not (isinstance(below, dict) and isinstance(above, dict)):
        return above
    joined = {**below, **{key: _join(below.get(key), value) for key, value in above.items()}}
    return {key: value for key, value in joined.items() if value is not None}


class _Loader(CSafeLoader):
    """YAML 1.2, in which 010 is no octal, 1:30 no number, `no` no truth value and 1e-8 a number.

    A key that stands twice is an error, and not overwritten without a word.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for (key_node, _), key in zip(node.value, keys, strict=True):
            if keys.count(key) > 1:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {key!r} stands twice", key_node.start_mark
                )
        return super().construct_mapping(node, deep)


_Loader.yaml_implicit_resolvers = {}  # those of YAML 1.1
for tag, first, pattern in (
    ("null", ["", *"~nN"], r"|~|null"),
    ("bool", [*"tTfF"], r"true|false"),
    ("int", [*"-+0123456789"], r"[-+]?(0|[1-9][0-9]*)"),
    ("float", [*"-+.0123456789"], r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=e))(e[-+]?[0-9]+)?"),
):
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{tag}", re.compile(f"(?:{pattern})$", re.IGNORECASE), first
    )


class _Dumper(yaml.SafeDumper):
    """Writes what `_Loader` reads: text in quotes where that would take it for something else."""


_Dumper.yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers


def dump(content: Any) -> str:
    """What a YAML file of an experiment's folder is to say, as its text."""
    return yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, default_flow_style=None, allow_unicode=True
    )


def read(path: Path) -> Any:
    """What a YAML file of an experiment's folder says.

    Raises: ExperimentError when there is none, or it cannot be read.
    """
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (FileNotFoundError, NotADirectoryError):
        others = f"{SETTINGS} and {DOPESHEET}" if path.name == SETTINGS else path.name
        raise ExperimentError(f"{path}: no such file; name a folder that holds {others}") from None
    except OSError as error:
        raise ExperimentError(
            f"{path}: wanted a file that can be read, got {error.strerror}; mend it"
        ) from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ExperimentError(
            f"{path}: wanted YAML, got something else ({reason}); mend it"
        ) from None
