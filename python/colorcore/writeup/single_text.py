"""The report of one experiment: its numbers and its text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from colorcore.experiment.concepts import key
from colorcore.writeup import single
from colorcore.writeup.document import Document
from colorcore.writeup.markdown import plain
from colorcore.writeup.subject import Subject, subject

if TYPE_CHECKING:
    from colorcore.writeup.numbers import Numbers

TEMPLATE = "report.qmd"


def numbers(document: Document, build: Path) -> Numbers:
    """All that the report quotes: of the experiment, its deletions, and what it is based on."""
    from colorcore.writeup.numbers import condition_numbers, experiment_numbers  # loads torch

    main = subject(document, build)
    record = main.results.trained()[0]
    found: Numbers = {
        "versions": record["versions"],
        "hardware": record["hardware"],
        "this": experiment_numbers(main),
        "deletions": {
            key(name): experiment_numbers(subject(document, build, deletion=name))
            for name in single.further(main.experiment)
        },
    }
    if "base" in document.groups:
        base, own = (main.results_of(name).runs() for name in document.group("base"))
        found["compared"] = condition_numbers(base, own)
    return found


def text(main: Subject) -> str:
    """The text of a report."""
    import jinja2  # which nothing but reports needs

    experiment = main.experiment
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("colorcore.writeup", "typeset"),
        # Braces and percent signs are Pandoc's and Quarto's.
        variable_start_string="<<", variable_end_string=">>",
        block_start_string="<%", block_end_string="%>",
        comment_start_string="<#", comment_end_string="#>",
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, autoescape=False,
    )  # fmt: skip
    return environment.get_template(TEMPLATE).render(
        experiment=experiment,
        folder=experiment.name,
        deletion=main.deletion,
        concept=main.concept,
        further=[
            (name, key(name), experiment.deletions[name]) for name in single.further(experiment)
        ],
        base=single.base(experiment),
        searched=single.is_searched(experiment),
        explored=experiment.leaves_sphere(main.deletion),
        own=single.TEXT if (experiment.folder / single.TEXT).is_file() else None,
        key=key,
    )


def write_text(main: Subject, stage: Path) -> None:
    """Write the text of a report into a stage: its index.qmd and what is said about it."""
    (stage / "index.qmd").write_text(text(main), encoding="utf-8")
    experiment = main.experiment
    about = {
        "title": plain(experiment.title),
        "subtitle": f"Report of the experiment {experiment.name}",
        "author": "colorcore",
        "lang": "en-GB",
        "link-citations": True,
    }
    (stage / "_metadata.yml").write_text(yaml.safe_dump(about, allow_unicode=True), "utf-8")
