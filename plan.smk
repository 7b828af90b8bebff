"""What is built and where: the plan that all rules ask, and what is told before any is run."""

import gc
import os
import sys
from pathlib import Path

from snakemake.utils import min_version

from colorcore import provenance
from colorcore.workflow import lock, warm
from colorcore.errors import InputError
from colorcore.outputs import date_now, sweep
from colorcore.results.files import GRIDS
from colorcore.writeup import written
from colorcore.writeup.plan import Plan

min_version("9.0")

# What is read here stays: looking for garbage in it every 700 objects takes half a second.
gc.set_threshold(1_000_000)

try:  # before anything is trained: what cannot be built is told here
    PLAN = Plan.of(config)
except InputError as error:
    raise WorkflowError(f"error: {error}") from None
BUILD = PLAN.build
RECORDS = f"{BUILD}/{written.RECORDS}"  # of what is written up, which the report checks it against
MAIN = PLAN.main.name  # what figures and tables are about
TRAINED = ["weights-*.safetensors", "snapshots-*.safetensors", "history-*.parquet"]
TRAINING = "records/train-*.json"  # what training noted, that whoever reads its results checks
EVALUATED = ["runs.csv", "moments.csv", "curves.parquet", "history.parquet"]

# Memory as measured, with room: torch and typesetting take 0.9 GB, and on a cluster two Snakemakes,
# which run the command there, 0.5 GB. Minutes, too, for some hundred seeds. All use one processor.
HEAVY = {"mem_mb": lambda _, attempt: 2000 * attempt, "runtime": lambda _, attempt: 10 * attempt}
LIGHT = {"mem_mb": lambda _, attempt: 1000 * attempt, "runtime": lambda _, attempt: 5 * attempt}

# The commands are those of the Python that runs Snakemake, whatever the PATH.
os.environ.update(PATH=os.pathsep.join([str(Path(sys.executable).parent), *os.get_exec_path()]))


def settings_of(names):
    """The files of experiments' settings. What they say counts, as params; without records, dates."""
    found = []
    for name in names:
        known = lock.recorded(f"{BUILD}/{name}/weights-0.safetensors")
        found += [ancient(file) if known else file for file in PLAN.settings_files(name)]
    return found


SHOWN = [
    (kind, name, deletion)
    for deletion in PLAN.deletions
    for kind in ("figures", "tables")
    for name in PLAN.shown(kind, deletion)
]


def shown(kind, *files):
    """Files of every figure or table that the document shows."""
    return [
        file
        for one, name, deletion in SHOWN
        if one == kind
        for file in expand(files, deletion=[deletion], figure=name, table=name)
    ]
