"""Where a result comes from: the code, the versions and the machine."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path

from colorcore.parsed import Import, bare, parsed

PACKAGE = Path(__file__).parent
REPOSITORY = PACKAGE.parent.parent

Roots = tuple[tuple[str, Path], ...]  # packages by name, and their folders

LIBRARIES = ("colorcore", "torch", "numpy", "scipy", "pandas", "xarray", "matplotlib", "snakemake")

GROUPS = Path("/proc/self/cgroup")  # the control groups of this process
HIERARCHY = Path("/sys/fs/cgroup")  # and where they lie

# Rust's texts, in which // begins no comment, and its comments.
RUST = re.compile(
    r"""(?P<text> r(?P<hashes>\#*)".*?"(?P=hashes) | "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])' )
    | //[^\n]* | /\*.*?\*/""",
    re.DOTALL | re.VERBOSE,
)


def code(command: str, *modules: str, also: Mapping[str, Path] | None = None) -> str:
    """SHA-256 of the code that decides what a command of the command line does.

    The command's own function, what it imports, and all that those import; `modules` are further
    modules that it finds by name, of this package or of those in `also`, with their folders. Only
    what runs counts: no comment, docstring or line break, and nothing that is imported for types
    alone. Found by reading the files, running nothing; the compiled kernels count as their Rust
    sources.

    Raises: KeyError when there is no such command.
    """
    return _code(command, modules, tuple((also or {}).items()))


@cache  # a step asks once for each file that it reads
def _code(command: str, modules: tuple[str, ...], also: Roots) -> str:
    own = "".join(ast.dump(function) for function in _command(command))
    return digest({**meanings(sources(command, *modules, also=dict(also))), "command": own})


def sources(command: str, *modules: str, also: Mapping[str, Path] | None = None) -> list[Path]:
    """The files that a command's function imports, directly or not; see `code`."""
    roots = tuple({PACKAGE.name: PACKAGE, **(also or {})}.items())
    found: set[Path] = set()
    imported = [name for function in _command(command) for name in _imported_by(function)]
    waiting = [file for name in (*imported, *modules) for file in _module_files(name, roots)]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _reached(path, roots)
    return sorted(found)


def meanings(paths: Iterable[Path]) -> dict[str, str]:
    """What the code in files does, by their names, the same wherever the repository lies."""
    return {_name(path): _meaning(path) for path in paths}


@cache
def _name(path: Path) -> str:
    is_ours = path.is_relative_to(REPOSITORY)
    return path.relative_to(REPOSITORY).as_posix() if is_ours else "/".join(path.parts[-3:])


def digest(texts: dict[str, str]) -> str:
    """SHA-256 over named texts, whatever their order."""
    total = hashlib.sha256()
    for name, text in sorted(texts.items()):
        total.update(f"{name}\0{hashlib.sha256(text.encode()).hexdigest()}\n".encode())
    return total.hexdigest()


def digest_of(content: object) -> str:
    """SHA-256 of what JSON can say, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _command(name: str) -> list[ast.FunctionDef]:
    """A command's function, and those beside it that it calls."""
    functions = {node.name: node for node in _commands() if isinstance(node, ast.FunctionDef)}
    called = {node.id for node in ast.walk(functions[name]) if isinstance(node, ast.Name)}
    return [functions[name], *(functions[other] for other in sorted(called & set(functions)))]


@cache
def _commands() -> list[ast.stmt]:
    return bare(ast.parse((PACKAGE / "cli.py").read_bytes())).body


def _imported_by(function: ast.FunctionDef) -> Iterator[str]:
    """The modules that a function imports, and what may be such."""
    for node in ast.walk(function):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))


@cache
def _meaning(path: Path) -> str:
    if path.suffix == ".py":
        return parsed(path).meaning
    text = path.read_text(encoding="utf-8")
    return _without_comments(text) if path.suffix == ".rs" else text


def _without_comments(rust: str) -> str:
    bare = RUST.sub(lambda found: found["text"] or " ", rust)
    lines = (line.strip() for line in bare.splitlines())
    return "\n".join(line for line in lines if line)


@cache
def _reached(path: Path, roots: Roots) -> list[Path]:
    """The files that a file imports, by name or by where they are from it."""
    found: list[Path] = []
    for one in parsed(path).imports if path.suffix == ".py" else []:
        if one.runs and one.level:
            found += _beside(path, one)
        elif one.runs:
            names = [one.module, f"{one.module}.{one.name}"] if one.name else [one.module]
            found += [file for name in names for file in _module_files(name, roots)]
    return list(dict.fromkeys(found))


def _beside(path: Path, one: Import) -> list[Path]:
    """The files of `from ..helper import x`, which x may be one of."""
    folder = path.parents[one.level - 1].joinpath(*one.module.split("."))
    places = [
        file
        for place in (folder, folder / one.name)
        for file in (place.with_suffix(".py"), place / "__init__.py")
    ]
    return [file for file in (folder.parent / "__init__.py", *places) if file.is_file()]


@cache
def _module_files(name: str, roots: Roots) -> list[Path]:
    """The files of a module of these packages; none for another's, or for a function's name."""
    if name == "colorcore._native":
        return sorted([*(REPOSITORY / "rust").rglob("*.rs"), *REPOSITORY.glob("Cargo.*")])
    first, *rest = name.split(".")
    root = dict(roots).get(first)
    if root is None:
        return []
    packages = [root.joinpath(*rest[:i], "__init__.py") for i in range(len(rest) + 1)]
    module = root.joinpath(*rest).with_suffix(".py")
    return [path for path in (*packages, module) if path.is_file()]


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that decide results."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def hardware() -> dict[str, str]:
    """The machine, as far as this process may use it: processor, cores, memory, operating system.

    On a cluster a node has more than a job: what affinity, control groups and Slurm allot counts.
    """
    return {
        "processor": _processor(),
        "cores": str(min([*_cores_there(), *_cores_allotted()])),
        "memory": _size(min([*_memory_there(), *_memory_allotted()], default=0)),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cores_there() -> list[int]:
    if hasattr(os, "sched_getaffinity"):  # Linux: respects what a scheduler allots
        return [len(os.sched_getaffinity(0))]
    return [os.cpu_count() or 1]


def _cores_allotted() -> list[int]:
    shares = [*_limits("cpu", "cpu.max")]
    quotas, periods = (_limits("cpu", f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    shares += [[*quota, *period] for quota, period in zip(quotas, periods, strict=False)]
    granted = [-(-int(quota) // int(period)) for quota, period in shares if quota.isdigit()]
    return [cores for cores in (*granted, _of_slurm("CPUS_ON_NODE")) if cores]


def _memory_there() -> list[int]:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return []
    return [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]


def _memory_allotted() -> list[int]:
    said = [*_limits("memory", "memory.max"), *_limits("memory", "memory.limit_in_bytes")]
    granted = [int(limit) for limit, *_ in said if limit.isdigit()]
    of_cores = _of_slurm("MEM_PER_CPU") * _of_slurm("CPUS_ON_NODE")
    return [size for size in (*granted, _of_slurm("MEM_PER_NODE") << 20, of_cores << 20) if size]


def _limits(controller: str, name: str) -> Iterator[list[str]]:
    """What this process's control groups say in files of a name, from its own up to the root's."""
    lines = GROUPS.read_text(encoding="utf-8").splitlines() if GROUPS.is_file() else []
    for _, controllers, place in (line.split(":", 2) for line in lines):
        if not controllers or controller in controllers.split(","):  # of version 2, or 1
            root = HIERARCHY / (controller if controllers else "")
            own = root / place.strip("/")
            files = [folder / name for folder in (own, *own.parents) if folder.is_relative_to(root)]
            yield from (file.read_text().split() for file in files if file.is_file())


def _of_slurm(name: str) -> int:
    """A whole number that Slurm says of this job; 0, which stands for all there is, without it."""
    said = os.environ.get(f"SLURM_{name}", "")
    return int(said) if said.isdigit() else 0


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _size(size: int) -> str:
    return f"{size / 2**30:.{0 if size >= 10 * 2**30 else 1}f} GiB" if size else "unknown"
