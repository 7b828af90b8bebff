"""Where a result comes from: the code, the versions and the machine."""

from __future__ import annotations

import ast
import hashlib
import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).parent
REPOSITORY = PACKAGE.parent.parent
LIBRARIES = ("colorcore", "torch", "numpy", "scipy", "pandas", "xarray", "matplotlib", "snakemake")


def sources(command: str) -> list[Path]:
    """The files whose code decides what a command of the command line does.

    The command line itself, what the command's function imports, and all that those import. Found
    by reading the files, running nothing. The compiled kernels count as their Rust sources.

    Raises: KeyError when there is no such command.
    """
    cli = PACKAGE / "cli.py"
    found = {cli}
    waiting = _imports(_functions(cli)[command])
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += _file_imports(path)
    return sorted(found)


def _functions(path: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in _parse(path).body if isinstance(node, ast.FunctionDef)}


@cache
def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _file_imports(path: Path) -> list[Path]:
    return _imports(_parse(path)) if path.suffix == ".py" else []


def _imports(tree: ast.AST) -> list[Path]:
    names = [name for node in ast.walk(tree) for name in _imported_names(node)]
    return [path for name in names for path in _module_files(name)]


def _imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _module_files(name: str) -> list[Path]:
    """The files of a module of this package; none for another's, or for a function's name."""
    if name == "colorcore._native":
        return sorted([*(REPOSITORY / "rust").rglob("*.rs"), *REPOSITORY.glob("Cargo.*")])
    first, *rest = name.split(".")
    if first != PACKAGE.name:
        return []
    if not rest:
        return [PACKAGE / "__init__.py"]
    place = PACKAGE.joinpath(*rest)
    packages = [PACKAGE.joinpath(*rest[:i], "__init__.py") for i in range(len(rest) + 1)]
    module = place.with_suffix(".py")
    files = [path for path in (*packages, module) if path.is_file()]
    # Figures are imported by name when they are drawn.
    return (
        files + sorted(place.glob("*.py")) if name == f"{PACKAGE.name}.writeup.figures" else files
    )


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 over names and contents of files, the same wherever the repository lies."""
    total = hashlib.sha256()
    for path in sorted(paths):
        name = path.relative_to(REPOSITORY).as_posix()
        total.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return total.hexdigest()


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that decide results."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def hardware() -> dict[str, str]:
    """The machine: processor, cores this process may use, memory, operating system."""
    return {
        "processor": _processor(),
        "cores": str(_cores()),
        "memory": _memory(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):  # Linux: respects what a scheduler allots
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _memory() -> str:
    if not hasattr(os, "sysconf") or "SC_PHYS_PAGES" not in os.sysconf_names:
        return "unknown"
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{size / 2**30:.0f} GiB"
