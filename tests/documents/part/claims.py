"""The one claim of the text, which all results bear out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from colorcore.writeup.claims import Claim
from colorcore.writeup.document import Document
from colorcore.writeup.subject import subject

CLAIMS = (Claim("a figure of runs", lambda runs: len(runs) > 0),)


def gather(document: Document, build: Path) -> pd.DataFrame:
    return subject(document, build).results.runs()
