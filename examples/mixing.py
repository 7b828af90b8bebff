"""Take red out of a small transformer that mixes colours, and see what is left and what it costs.

    python examples/mixing.py --out build/examples/mixing

Lines such as `red + blue = purple` are all that the transformer learns from; a few of them are
labelled, since some colour in them is red. Training takes an hour, so what became of all runs lies
beside the dopesheet, and `mixing_runs.py` makes it anew. This draws it and checks what the page
says of it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

import mixing_figure
import mixing_report
from colorcore.errors import InputError
from colorcore.outputs import write_text
from mixing_devices import DEVICES
from mixing_runs import TABLES, read
from mixing_train import DOPESHEET


def main(
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("build/examples/mixing"),
    folder: Annotated[Path, typer.Option(help="Folder of the tables.")] = DOPESHEET.parent,
) -> None:
    """Draw the figure, check the page's claims, and write its numbers."""
    path = out / "mixing.json"
    path.unlink(missing_ok=True)  # should these runs be refused, no page quotes the last
    tables = {name: read(name, folder) for name in TABLES}
    figure = mixing_figure.Data(*(tables[name] for name in mixing_figure.Data._fields))
    mixing_figure.save(figure, out)
    mixing_report.check(tables)
    told = mixing_report.devices(json.loads(DEVICES.read_text(encoding="utf-8")))
    alt = mixing_figure.describe(figure)
    numbers = {**mixing_report.numbers(tables), "devices": told, "alt": alt}
    write_text(path, json.dumps(numbers, indent=2, ensure_ascii=False) + "\n")
    print(mixing_report.agreement(tables["runs"]).round(3).to_string())


if __name__ == "__main__":
    try:
        typer.run(main)
    except InputError as error:
        raise SystemExit(str(error)) from None
