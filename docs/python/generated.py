"""What the pages take from runs: numbers, tables and images."""

from __future__ import annotations

import json
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs_macros.plugin import MacrosPlugin

from colorcore import __version__
from messages import messages, tables
from scale import Scale
from timings import Timings

SCALE = Path("docs/scale.json")
TIMINGS = Path("docs/timings")
EXAMPLES = Path("build/examples")
SPEED = Path("build/docs/speed")


def on_config(config: MkDocsConfig) -> None:
    """Give pages what was timed, what errors say, and a variable an example, from its JSON."""
    examples = {
        path.stem: json.loads(path.read_text("utf-8")) for path in EXAMPLES.glob("*/*.json")
    }
    macros = config.plugins["macros"]
    assert isinstance(macros, MacrosPlugin)
    measured = {"timings": Timings.read(TIMINGS), "gpu": Timings.read_gpu(TIMINGS)}
    told = {"scale": Scale.read(SCALE), "messages": tables(messages())}
    macros.register_variables({**measured, **told, **examples})
    config.copyright = f"colorcore {__version__}"


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Place the figures beside the pages, in a folder of the example's name."""
    for image in [*SPEED.glob("*.svg"), *EXAMPLES.glob("*/*.svg")]:
        place = f"{image.parent.name}/{image.name}"
        files.append(File.generated(config, place, abs_src_path=str(image.absolute())))
