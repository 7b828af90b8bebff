"""What an edit does to the concept's own samples, to those beside it, and to all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from numpy.typing import ArrayLike

from colorcore.anchor.audit.given import numbers
from colorcore.anchor.audit.readings import AuditSamples
from colorcore.anchor.audit.required import require
from colorcore.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def collateral(before: ArrayLike, after: ArrayLike, samples: AuditSamples) -> pd.DataFrame:
    """Errors before and after an edit, a row a group of samples and run.

    Groups: `concept`, its own samples; `unlike`, those least like it, and `near` it all between
    the two, where there are any; `all` of them. Columns: `group`, `samples`, `run`; the mean error
    `before` and `after`; and by how much that of one sample grew at most (`worst`).

    Shapes: `before` and `after` (runs, samples), an error each.

    Raises: ImportError without the libraries of `colorcore[audit]`; InputError for other shapes or
    numbers that are not finite.

    Example:

        >>> import numpy as np
        >>> values = np.array([1, 1, 1, 1, 0.5, 0, 0, 0])
        >>> samples = AuditSamples(values, values == 1, outputs=values[:, None])
        >>> before, after = np.zeros((1, 8)), values[None] ** 2
        >>> collateral(before, after, samples)[["group", "samples", "after", "worst"]]
             group  samples    after  worst
        0  concept        4  1.00000   1.00
        1     near        1  0.25000   0.25
        2   unlike        3  0.00000   0.00
        3      all        8  0.53125   1.00
    """
    require()
    import pandas as pd

    was, now = numbers("before", before), numbers("after", after)
    count = len(samples.values)
    if was.ndim != 2 or was.shape != now.shape or was.shape[1] != count:
        raise InputError(
            f"before and after must have shape (runs, {count}), got {was.shape} and {now.shape}; "
            "give an error a run and sample"
        )
    rows = [
        {
            "group": name,
            "samples": int(chosen.sum()),
            "run": run,
            "before": was[run, chosen].mean(),
            "after": now[run, chosen].mean(),
            "worst": (now - was)[run, chosen].max(),
        }
        for name, chosen in samples.groups.items()
        if chosen.any()
        for run in range(len(was))
    ]
    return pd.DataFrame(rows)
