"""What pages tell readers to run does run, and they say what the timings do."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from markdown_it import MarkdownIt

from checkout import FILES
from colorcore.errors import InputError
from colorcore.results.files import OF_RUNS
from colorcore.writeup import style
from commands import copy_experiments
from docstrings import markdown
from scale import Scale
from timings import Timings

PAGES = [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]
SNIPPET = "--8<--"  # includes a file, which has tests of its own


def blocks(page: Path) -> str:
    """The Python of a page, each line where it stands there."""
    lines: list[str] = []
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type == "fence" and token.info == "python" and SNIPPET not in token.content:
            assert token.map
            lines += [""] * (token.map[0] + 1 - len(lines)) + token.content.splitlines()
    return "\n".join(lines)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page)], ids=str)
def test_the_code_of_a_page_runs_from_top_to_bottom(page):
    exec(compile(blocks(page), page, "exec"), {"__name__": "page"})


def test_a_label_of_a_docstring_becomes_a_term():
    assert markdown("    Shapes: (B, K)\n    → (B,).") == "Shapes\n:   (B, K)\n    → (B,)."


def test_a_doctest_becomes_a_block_of_code():
    assert markdown("        >>> 1 + 1\n        2") == "```pycon\n>>> 1 + 1\n2\n```"


def write(folder: Path, name: str, *, cores: str = "2") -> None:
    rows = [
        {"program": "colorcore", "seconds": 0.002, "growth": 1_000_000, "reason": ""},
        {"program": "peer", "seconds": 0.1, "growth": 30_000_000, "reason": ""},
        {
            "program": "other",
            "seconds": None,
            "growth": 0,
            "reason": "left out: for want of memory",
        },
    ]
    report = {
        "date": "2026-01-02",
        "machine": {"cores": cores},
        "versions": {"numpy": "2.0"},
        "rows": [{"bench": name, "case": "8 × 5", **row} for row in rows],
    }
    (folder / f"{name}.json").write_text(json.dumps(report))


def test_timings_are_told_as_times_and_ratios(tmp_path):
    write(tmp_path, "separation")
    timings = Timings.read(tmp_path)
    assert timings.duration("separation", "8 × 5") == "2.0\N{NO-BREAK SPACE}ms"
    assert timings.times("separation", "8 × 5", "peer") == "50"
    assert timings.megabytes("separation", "8 × 5", "peer") == "30"
    assert timings.left_out("separation") == "- other at 8 × 5: for want of memory"
    assert timings.describe() == "colorcore took the least time in 1 of 1 cases."
    assert timings.table("separation").splitlines() == [
        "|  | colorcore | peer | other |",
        "| :-- | --: | --: | --: |",
        "| 8 × 5 | **2.0\N{NO-BREAK SPACE}ms** | 100\N{NO-BREAK SPACE}ms<br>50× | – |",
    ]


def test_a_time_that_was_not_measured_is_an_error_that_names_the_measured_ones(tmp_path):
    write(tmp_path, "separation")
    with pytest.raises(InputError, match="wanted one of colorcore, peer, got 'other'"):
        Timings.read(tmp_path).duration("separation", "8 × 5", "other")


def test_timings_of_two_machines_are_not_mixed(tmp_path):
    write(tmp_path, "color")
    write(tmp_path, "separation", cores="8")
    with pytest.raises(
        InputError, match=r"separation.json: .* another machine .* run `make bench`"
    ):
        Timings.read(tmp_path)


def commands(page: Path) -> list[str]:
    """The commands of a page, without what sets up."""
    fences = [t for t in MarkdownIt().parse(page.read_text("utf-8")) if t.type == "fence"]
    lines = [line for token in fences if token.info == "sh" for line in token.content.splitlines()]
    return [line for line in lines if line != "make setup"]


def test_the_figure_of_the_page_on_documents_is_drawn(main):
    fences = MarkdownIt().parse(Path("docs/document.md").read_text("utf-8"))
    code = next(token.content for token in fences if token.info == "python")
    module = ModuleType("harm")
    exec(compile(code, "docs/document.md", "exec"), module.__dict__)
    assert set(module.READS) <= set(OF_RUNS)
    data = module.gather(main)
    figure = module.draw(data, style.LIGHT)
    (line,) = figure.axes[0].get_lines()
    assert list(line.get_xdata()) == data["ablated target"].tolist()
    assert "each of 4 runs" in module.describe(data)


def test_the_commands_of_your_own_experiment_lead_from_nothing_to_a_report(tmp_path):
    """With two runs each, in a copy of the repository, whose set-up is that of this one."""
    copy_experiments(tmp_path / "experiments")
    for name in ("config", "profiles", *FILES):
        (shutil.copytree if Path(name).is_dir() else shutil.copy)(name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(Path(".venv").resolve())
    (tmp_path / "build").mkdir()
    for command in commands(Path("docs/experiment.md")):
        line = command.replace("make report", "make --old-file=setup report SEEDS=2")
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    for name in ("my-blue", "my-pair"):
        pdf = tmp_path / "build" / "reports" / name / "index.pdf"
        assert pdf.read_bytes().startswith(b"%PDF")
        html = (pdf.parent / "index.html").read_text("utf-8")
        assert "Without <em>blue</em>" in html
    assert (tmp_path / "experiments" / "my-teal" / "experiment.yaml").is_file()


def test_what_more_seeds_cost_is_the_difference_of_the_two_largest_builds():
    def row(seeds, seconds, megabytes):
        steps = {"train": {"seconds": seconds, "memory": 800.4}}
        return {"seeds": seeds, "megabytes": megabytes, "steps": steps}

    rows = [row(60, 9.0, 70.0), row(2_000, 50.0, 200.0), row(10_000, 250.0, 1_000.0)]
    scale = Scale({"a_shard": 200, "machine": {"cores": "2"}, "date": "2026-01-02", "rows": rows})
    assert scale.each("train") == 0.025
    assert scale.each_in_words("train") == "25 ms"
    assert scale.results_of(1_000_000) == "100 GB"
    assert scale.time("train", 1_000_000, cores=1_000) == "50 seconds"  # of two that took 25 ms
    assert scale.time("train", 1_000_000, cores=1) == "14 hours"
    assert (scale.largest, scale.longest) == ("800 MiB", "4.2 minutes")
    assert "| `train` | 9.0 s | 50.0 s | 250.0 s |" in scale.table("seconds")
