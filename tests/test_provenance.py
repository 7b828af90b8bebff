"""Which code decides what a command does, and which edits of it change anything."""

from __future__ import annotations

import shutil

import pytest

from colorcore import provenance
from editing import change

FIGURE, OTHER = "colorcore.writeup.figures.colors", "colorcore.writeup.figures.stack"
EVERYTHING = {"train", "evaluate", "table", "report", FIGURE, OTHER}  # kernels make the palettes


def names(command, *modules):
    return {
        path.relative_to(provenance.REPOSITORY).as_posix()
        for path in provenance.sources(command, *modules)
    }


def test_training_depends_on_the_kernels_and_not_on_figures():
    found = names("train")
    assert {
        "python/colorcore/training/loop.py",
        "rust/pairs.rs",
        "rust/separation/tests.rs",
    } <= found
    assert "Cargo.lock" in found
    assert not any("figures" in name or name.endswith("report.py") for name in found)


def test_importing_a_module_counts_the_packages_it_lies_in():
    assert {"python/colorcore/__init__.py", "python/colorcore/training/__init__.py"} <= names(
        "train"
    )


def test_a_figure_depends_on_its_own_file_and_not_on_others_or_on_training():
    found = names("figure", FIGURE)
    assert "python/colorcore/writeup/style.py" in found
    assert "python/colorcore/writeup/figures/colors.py" in found
    assert "python/colorcore/writeup/figures/stack.py" not in found
    assert "python/colorcore/training/loop.py" not in found


def test_an_unknown_command_has_no_sources():
    with pytest.raises(KeyError):
        provenance.sources("dance")


@pytest.fixture
def edited(tmp_path, monkeypatch):
    """A copy of the sources to edit: replaces text in a file, and gives what `of` says then."""
    for folder in ("python", "rust"):
        shutil.copytree(provenance.REPOSITORY / folder, tmp_path / folder)
    for file in provenance.REPOSITORY.glob("Cargo.*"):
        shutil.copy(file, tmp_path)
    monkeypatch.setattr(provenance, "REPOSITORY", tmp_path)
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "python" / "colorcore")

    def edit(name, old, new):
        folder = tmp_path if name.startswith(("rust/", "Cargo")) else provenance.PACKAGE
        change(folder, old, new, name, times=1)
        forget()

    forget()
    yield edit
    forget()


def forget():
    for read in (
        provenance._code, provenance._commands, provenance._meaning, provenance._reached,
        provenance._module_files, provenance._name,
    ):  # fmt: skip
        read.cache_clear()


def digests():
    commands = {name: provenance.code(name) for name in ("train", "evaluate", "table", "report")}
    figures = {name: provenance.code("figure", name) for name in (FIGURE, OTHER)}
    return {**commands, **figures}


def changed(before):
    return {name for name, digest in digests().items() if digest != before[name]}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("training/loop.py", "\n@dataclass", "\n# Why.\n@dataclass"),
        ("training/loop.py", '"""Training: one', '"""Training, as one'),
        ("writeup/figures/stack.py", '"""A model at a glance', '"""A model, at a glance'),
        ("experiment/checks.py", "loading import Experiment", "loading import Experiment, load"),
        ("rust/pairs.rs", "\nuse ", "\n// Why.\n/* And\nhow. */\nuse "),
        ("cli.py", "def search(", "def seek("),
        ("cli.py", '"""Train runs side by side;', '"""Train runs beside each other;'),
    ],
)  # fmt: skip
def test_what_only_people_and_type_checkers_read_changes_nothing(edited, file, old, new):
    before = digests()
    edited(file, old, new)
    assert changed(before) == set()


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("training/loop.py", "def train(", "def _train(", {"train"}),
        ("writeup/figures/colors.py", "def draw(", "def _draw(", {FIGURE}),
        ("writeup/style.py", "8.5", "8.6", {FIGURE, OTHER, "report"}),
        ("writeup/renderers.py", "def ", "def _", {"report"}),
        ("cli.py", "share = shard_seeds(", "mine = shard_seeds(", {"train"}),
        ("rust/pairs.rs", "fn ", "fn _", EVERYTHING),
        ("Cargo.lock", "version = ", "version  = ", EVERYTHING),
        ("errors.py", "def ", "def _", EVERYTHING),
    ],
)  # fmt: skip
def test_other_edits_change_what_depends_on_them_and_only_that(edited, file, old, new, expected):
    before = digests()
    edited(file, old, new)
    assert changed(before) == expected


def test_what_a_module_imports_from_beside_it_counts(tmp_path):
    package = tmp_path / "essay"
    (package / "figures").mkdir(parents=True)
    for folder in (package, package / "figures"):
        (folder / "__init__.py").touch()
    (package / "figures" / "wide.py").write_text(
        "from ..helper import WIDTH\nfrom . import other\n"
    )
    (package / "figures" / "other.py").write_text("from .. import sizes as s\n")
    (package / "helper.py").write_text("WIDTH = 1\n")
    (package / "sizes.py").write_text("HEIGHT = 1\n")
    (package / "apart.py").touch()
    found = provenance.sources("figure", "essay.figures.wide", also={"essay": package})
    own = {path.relative_to(package).as_posix() for path in found if path.is_relative_to(package)}
    assert own == {
        "__init__.py", "figures/__init__.py", "figures/wide.py", "figures/other.py", "helper.py",
        "sizes.py",
    }  # fmt: skip


def test_a_function_that_a_command_calls_beside_it_counts(edited):
    edited("cli.py", "started = time.perf_counter()", "started = _now()")
    edited("cli.py", "\n@app.command()", "\ndef _now(): return 1\n\n@app.command()")
    before = digests()
    edited("cli.py", "return 1", "return 2")
    assert changed(before) == {"train"}


def test_a_comment_sign_within_a_text_of_rust_begins_no_comment():
    rust = """let a = "//1"; // 2\n\n  let b = '"'; /* 3\n 4 */ let c = r#"/*"5"*/"#;"""
    assert (
        provenance._without_comments(rust)
        == """let a = "//1";\nlet b = '"';   let c = r#"/*"5"*/"#;"""
    )


def test_the_digest_changes_with_names_and_texts():
    one, other = provenance.digest({"a": "1"}), provenance.digest({"b": "1"})
    assert len({one, other, provenance.digest({"a": "2"})}) == 3


def test_versions_and_hardware_are_known():
    assert provenance.versions()["torch"].startswith("2.")
    assert int(provenance.hardware()["cores"]) >= 1
    assert all(provenance.hardware().values())


GROUPED = {
    2: ("0::/job/step", {"job/memory.max": "3221225472", "job/cpu.max": "150000 100000",
                         "job/step/memory.max": "max", "job/step/cpu.max": "max 100000"}),
    1: ("5:cpu,cpuacct:/job\n4:memory:/job/step\n2:pids:/", {
        "memory/job/memory.limit_in_bytes": "3221225472",
        "memory/job/step/memory.limit_in_bytes": "9223372036854771712",
        "cpu/job/cpu.cfs_quota_us": "150000", "cpu/job/cpu.cfs_period_us": "100000",
        "cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}),
}  # fmt: skip


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A machine of 64 cores and a terabyte, without control groups and Slurm."""
    for name in ("MEM_PER_NODE", "MEM_PER_CPU", "CPUS_ON_NODE"):
        monkeypatch.delenv(f"SLURM_{name}", raising=False)
    monkeypatch.setattr(provenance, "GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(provenance, "HIERARCHY", tmp_path / "groups")
    monkeypatch.setattr(provenance, "_cores_there", lambda: [64])
    monkeypatch.setattr(provenance, "_memory_there", lambda: [2**40])
    return tmp_path


def _allotted() -> tuple[str, str]:
    found = provenance.hardware()
    return found["cores"], found["memory"]


def test_without_limits_all_of_the_machine_is_told(alone):
    assert _allotted() == ("64", "1024 GiB")


@pytest.mark.parametrize("version", GROUPED)
def test_what_control_groups_allow_is_told_and_not_what_the_node_has(alone, version):
    line, files = GROUPED[version]
    (alone / "cgroup").write_text(f"{line}\n")
    for name, said in files.items():
        (alone / "groups" / name).parent.mkdir(parents=True, exist_ok=True)
        (alone / "groups" / name).write_text(f"{said}\n")
    assert _allotted() == ("2", "3.0 GiB")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"MEM_PER_NODE": "2000", "CPUS_ON_NODE": "4"}, ("4", "2.0 GiB")),
        ({"MEM_PER_CPU": "4096", "CPUS_ON_NODE": "3"}, ("3", "12 GiB")),
        ({"MEM_PER_NODE": "0"}, ("64", "1024 GiB")),
    ],
)
def test_what_slurm_allots_a_job_is_told(alone, monkeypatch, said, told):
    for name, value in said.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    assert _allotted() == told
