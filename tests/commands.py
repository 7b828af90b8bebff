"""Commands of the workflow, called as the command line calls them."""

from __future__ import annotations

from pathlib import Path

from typer.testing import CliRunner

from colorcore.cli import app

MAIN = Path("experiments/ex-2.10.1")


def run(*arguments: object) -> None:
    """Run a command as the command line does; its errors are raised."""
    CliRunner().invoke(app, [str(a) for a in arguments], catch_exceptions=False)
