"""What several files of the repository say is the same in each, and what they name is there."""

from __future__ import annotations

import re
import runpy
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import colorcore

PAGES = [Path(name) for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
LINK = re.compile(r"\]\(([^)\s]+)\)")
PROJECT = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
CRATE = tomllib.loads(Path("Cargo.toml").read_text("utf-8"))["package"]
WORKFLOWS = {
    path.name: yaml.load(path.read_text("utf-8"), yaml.BaseLoader)
    for path in Path(".github/workflows").glob("*.yml")
}
RELEASE = runpy.run_path(".github/release_notes.py")


def steps() -> list[dict[str, Any]]:
    jobs = [job for workflow in WORKFLOWS.values() for job in workflow["jobs"].values()]
    return [step for job in jobs for step in job["steps"]]


def anchors(page: Path) -> set[str]:
    """The headings of a page, as links call them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_links_lead_to_files_and_headings_that_are_there(page):
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    for link in links:
        name, _, heading = link.partition("#")
        target = Path(name) if name else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


def test_what_the_map_names_is_there():
    rows = re.findall(r"^\| (`.*?) \| ", PAGES[0].read_text("utf-8"), re.M)
    names = [name for row in rows for name in re.findall("`([^`]+)`", row)]
    assert len(names) > 10
    assert [name for name in names if not Path(name).exists()] == []


def test_there_is_one_version():
    lock = tomllib.loads(Path("Cargo.lock").read_text("utf-8"))["package"]
    cited = yaml.safe_load(Path("CITATION.cff").read_text("utf-8"))["version"]
    (locked,) = (package["version"] for package in lock if package["name"] == CRATE["name"])
    assert {PROJECT["version"], CRATE["version"], locked, cited} == {colorcore.__version__}


def test_who_cites_is_told_what_the_package_says_of_itself():
    cited = yaml.safe_load(Path("CITATION.cff").read_text("utf-8"))
    assert (cited["title"], cited["abstract"], cited["license"]) == (
        PROJECT["name"],
        PROJECT["description"],
        PROJECT["license"],
    )


def test_workflows_make_targets_that_there_are():
    targets = re.findall(r"^([\w -]+):(?!=)", Path("Makefile").read_text("utf-8"), re.M)
    known = {name for line in targets for name in line.split()}
    of_matrix = WORKFLOWS["test.yml"]["jobs"]["make"]["strategy"]["matrix"]["include"]
    called = {row["target"] for row in of_matrix}
    for step in steps():
        called |= set(re.findall(r"^make (\w+)$", step.get("run", ""), re.M))
    assert {"test", "paper", "docs"} <= called <= known


def test_workflows_run_what_ci_runs():
    of_matrix = WORKFLOWS["test.yml"]["jobs"]["make"]["strategy"]["matrix"]["include"]
    local = re.findall(r"^make (\w+)$", Path(".ci/run").read_text("utf-8"), re.M)
    assert [row["target"] for row in of_matrix] == local


def test_actions_are_pinned_to_a_commit_whose_version_is_told():
    texts = [path.read_text("utf-8") for path in Path(".github/workflows").glob("*.yml")]
    used = [line.strip() for text in texts for line in text.splitlines() if "uses:" in line]
    assert used
    pinned = re.compile(r"(- )?uses: [\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_workflows_build_with_the_versions_that_the_repository_names():
    environments = [workflow.get("env", {}) for workflow in WORKFLOWS.values()]
    assert {env["RUST"] for env in environments} == {CRATE["rust-version"]}
    assert (
        f"FROM docker.io/library/rust:{CRATE['rust-version']}-" in Path("Containerfile").read_text()
    )
    pythons = {step["with"].get("python-version") for step in steps() if "with" in step} - {None}
    assert {f">={version}" for version in pythons} == {PROJECT["requires-python"]}
    maturin = WORKFLOWS["wheels.yml"]["env"]["MATURIN"].removeprefix("v")
    assert f"maturin=={maturin}" in Path("requirements.lock").read_text("utf-8").splitlines()


def test_wheels_are_built_anew_for_files_that_there_are():
    paths = WORKFLOWS["wheels.yml"]["on"]["pull_request"]["paths"]
    assert [path for path in paths if not list(Path().glob(path))] == []


def test_hooks_call_tools_that_the_lock_file_names():
    config = yaml.safe_load(Path(".pre-commit-config.yaml").read_text("utf-8"))
    (local,) = config["repos"]
    programs = [shlex.split(hook["entry"])[0] for hook in local["hooks"]]
    assert local["repo"] == "local"
    assert {program for program in programs if program != "cargo"} == {
        f".venv/bin/{name}" for name in ("ruff", "lint-imports", "pyright")
    }


CHANGES = """# Changelog

## [Unreleased]

## [0.2.0] - 2026-12-01

### Added

- This.

## [0.1.0] - 2026-11-28

- All.
"""


def test_a_release_says_what_changed_in_its_version_alone():
    assert RELEASE["notes"](CHANGES, "0.2.0") == "### Added\n\n- This.\n"


def test_a_version_of_which_nothing_is_told_is_not_released():
    with pytest.raises(SystemExit) as told:
        RELEASE["notes"](CHANGES, "0.3.0")
    assert told.value.code == (
        "CHANGELOG.md: wanted a part ## [0.3.0], got Unreleased, 0.2.0, 0.1.0; add it"
    )


def test_a_tag_of_another_version_is_not_released():
    with pytest.raises(SystemExit) as told:
        RELEASE["main"]("v9.9.9")
    assert told.value.code == (
        f"tag: wanted v{PROJECT['version']}, as pyproject.toml says, got v9.9.9; "
        "tag the commit that raises the version"
    )
