"""What settings are made of: their base, and numbers within bounds."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class Settings(BaseModel):
    """Base of all settings: immutable, and closed to keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Power = Annotated[float, Field(ge=1, allow_inf_nan=False)]
# Beyond these, what is a slip of the finger would fill the memory.
MOST_UNITS, MOST_SAMPLES, MOST_COLORS = 10_000, 1_000_000, 10_000_000
SEEDS = 2**63  # there are, from 0 on
Count = Annotated[int, Field(ge=1, le=MOST_UNITS)]
Dim = Annotated[int, Field(ge=0)]
Dims = Annotated[tuple[Dim, ...], Field(strict=False, min_length=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Direction = Annotated[tuple[Finite, ...], Field(strict=False, min_length=1)]
