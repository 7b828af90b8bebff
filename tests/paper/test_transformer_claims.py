"""Claims on the transformer hold by the runs that are kept, and fail by others."""

from __future__ import annotations

import pandas as pd
import pytest

from paper import transformer
from paper.claims.evidence import Evidence
from paper.claims.transformer import CLAIMS


@pytest.fixture
def evidence() -> Evidence:
    nothing, none = pd.DataFrame(), {}
    mixing = transformer.read(transformer.GROUPS)
    return Evidence(nothing, nothing, none, none, none, nothing, none, none, none, none, mixing)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.sentence[:50])
def test_every_claim_holds(claim, evidence):
    assert claim.holds(evidence)


@pytest.mark.parametrize(
    ("part", "where", "exact"),
    [
        ("with the axis gone", "way == 'weights' and group == 'red operand' and seed == 8", 0.1),
        ("with the axis gone", "way == 'projected' and group == 'unlike'", 0.9),
        ("suppression leaves", "way == 'suppressed' and group == 'unlike' and seed == 3", 0.98),
        ("carries no red", "model == 'control' and way == 'projected'", 0.5),
        ("cost more", "model == 'control' and way == 'leace'", 0.99),
    ],
)
def test_a_claim_fails_without_its_data(evidence, part, where, exact):
    (claim,) = [claim for claim in CLAIMS if part in claim.sentence]
    changed = evidence.mixing.copy()
    rows = changed.query(where).index
    assert len(rows)
    changed.loc[rows, "exact"] = exact
    assert not claim.holds(evidence._replace(mixing=changed))
