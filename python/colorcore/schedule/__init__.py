"""Schedules for any training loop: keyframes of hyperparameters, resolved to a value a step.

>>> from pathlib import Path
>>> from colorcore import schedule
>>> rates = schedule.read(Path("experiments/ex-2.10.1/dopesheet.csv")).table["lr"]
>>> len(rates), float(rates[750])
(1501, 0.1)
"""

from colorcore.schedule.dopesheet import Schedule, read, resolve
from colorcore.schedule.sheet import ScheduleError

__all__ = ["Schedule", "ScheduleError", "read", "resolve"]
