"""Libraries that audits use and other rooms do not."""

from __future__ import annotations

from importlib.util import find_spec

MODULES = ("scipy", "sklearn", "pandas", "matplotlib")


def require() -> None:
    """Check that what audits use is installed, before they take their time.

    Raises: ImportError when something is missing.

    Example:

        >>> require()
    """
    missing = [name for name in MODULES if find_spec(name) is None]
    if missing:
        raise ImportError(
            f"audit: wanted {', '.join(MODULES)}, got no {missing[0]}; pip install "
            '"colorcore[audit]"'
        )
