"""The two renderers: Quarto where there is one, and Pandoc with Typst where there is none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from colorcore.errors import InputError
from colorcore.writeup.apparatus import HEAD
from colorcore.writeup.text import expand

Renderer = Callable[[Path], tuple[Path, Path]]

OLDEST_QUARTO = (1, 7)
# Typst's first one stands behind what Quarto says of it, on the same line.
WARNING = re.compile(r"(?:^\s*\[?|\.\.\.\s*)((?:WARN|ERROR).*)$", re.MULTILINE | re.IGNORECASE)
COLOURING = re.compile(r"\x1b\[[\d;]*m")


def choose() -> Renderer:
    """Quarto when one of at least version 1.7 is on the PATH, else Pandoc."""
    program = shutil.which("quarto")
    if program is None:
        print("typesetting with Pandoc and Typst (no Quarto on the PATH)", file=sys.stderr)
        return pandoc
    found = run([program, "--version"], Path.cwd()).strip()
    version = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if version < OLDEST_QUARTO:
        print(f"typesetting with Pandoc and Typst (Quarto {found} is too old)", file=sys.stderr)
        return pandoc
    print(f"typesetting with Quarto {found}", file=sys.stderr)
    return quarto


def run(command: list[str], folder: Path) -> str:
    """Run a program and return what it printed, without the colours: Quarto's go into pipes too.

    Raises: InputError with the program's last words when it fails.
    """
    done = subprocess.run(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    said = COLOURING.sub("", done.stdout)
    if done.returncode:
        words = " ".join(said.split()[-60:])
        raise InputError(f"{Path(command[0]).name}: wanted it to typeset {folder}, got: {words}")
    return said


def quarto(stage: Path) -> tuple[Path, Path]:
    """HTML and PDF by Quarto, whose warnings count as errors: it has no others for what is missing.

    Raises: InputError when Quarto fails or warns.
    """
    log = run(["quarto", "render", "."], stage)
    warned = WARNING.search(log)
    if warned:
        raise InputError(f"quarto: wanted no warnings, got {warned[1].strip()!r}; mend the text")
    return stage / "_output" / "index.html", stage / "_output" / "index.pdf"


def pandoc(stage: Path) -> tuple[Path, Path]:
    """HTML by Pandoc, PDF by Pandoc and Typst, with a filter for what Quarto adds to Markdown.

    Raises: InputError when either fails or warns.
    """
    import pypandoc
    import typst
    import yaml

    variables = yaml.safe_load((stage / "_variables.yml").read_text(encoding="utf-8"))
    source = stage / "index.md"
    source.write_text(expand(stage, stage / "index.qmd", variables), encoding="utf-8")
    common = [
        *(pypandoc.get_pandoc_path(), source.name, "--fail-if-warnings", "--standalone"),
        *("--from", "markdown", "--number-sections"),
        *("--lua-filter", "pandoc/crossref.lua", "--lua-filter", "swatch.lua"),
        *("--lua-filter", "abstract.lua", "--citeproc"),
        *("--metadata-file", "_metadata.yml"),
    ]
    html = [
        *("--to", "html5", "--mathml", "--embed-resources", "--toc", "--toc-depth", "2"),
        *("--include-in-header", HEAD),
    ]
    run([*common, *html, "--template", "pandoc/page.html", "--output", "index.html"], stage)
    pdf = ["--to", "typst", "--include-in-header", "floats.typ"]
    run([*common, *pdf, "--template", "pandoc/page.typ", "--output", "index.typ"], stage)
    try:
        _, warnings = typst.compile_with_warnings(
            stage / "index.typ", output=stage / "index.pdf", root=stage
        )
    except typst.TypstError as error:
        words = " ".join(str(error).split())
        raise InputError(f"typst: wanted to typeset {stage / 'index.typ'}, got: {words}") from error
    for warning in warnings:
        raise InputError(f"typst: wanted no warnings, got {warning.message!r}; mend the text")
    return stage / "index.html", stage / "index.pdf"
