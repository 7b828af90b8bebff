"""Every table of the paper is made of what it says it reads; its own say what the results say."""

from __future__ import annotations

from pathlib import Path

import pytest

from colorcore.errors import InputError
from colorcore.results.distribution import agreement, verdict
from colorcore.writeup import opening, tabulating
from colorcore.writeup.numerals import significant
from isolation import make
from paper import published
from paper.tables import agreement as agreeing
from paper.tables import published as summaries

NAMES = list(opening.read(Path("paper")).tables)


def cells(text: str) -> list[list[str]]:
    return [[c.strip() for c in line.strip("|").split("|")] for line in text.strip().splitlines()]


@pytest.mark.parametrize("name", NAMES)
def test_a_table_reads_what_it_says_and_nothing_else(main, name, tmp_path):
    subject, said, read = make(main, "tables", name, tmp_path)
    assert read == said
    rows = cells((subject.results.judged / "tables" / f"{name}.md").read_text())
    assert len(rows) > 2
    assert len({len(row) for row in rows}) == 1


def test_an_unknown_table_is_refused_with_a_suggestion(main):
    with pytest.raises(InputError) as caught:
        tabulating.tabulate(main, "agrement")
    message = str(caught.value)
    assert message.startswith("tables: wanted one of named-representative, named-sweep, labels, ")
    assert message.endswith(", got 'agrement'; did you mean agreement?")


def test_the_agreement_table_has_every_compared_measure(main, results):
    rows = cells(agreeing.write(main))
    assert len(rows) == 2 + len(published.AGREEMENT)
    assert rows[-1][0] == "samples labelled *red*"
    tests = agreement(results.runs(), published.runs(), published.AGREEMENT)
    assert [row[-1] for row in rows[2:]] == [verdict(p, of=len(tests)) for p in tests["p"]]


def test_published_summaries_stand_beside_our_own(main):
    rows = cells(summaries.write(main))
    assert rows[0] == ["score R²", "mean", "sd", "min", "max", "*p*", "verdict"]
    assert rows[3][:5] == ["`ex-2.10.1-swept`, published", "0.85", "0.14", "0.038", "0.98"]
    assert rows[2][1] == significant(main.results_of("ex-2.10.1-swept").runs()["score_r2"].mean())
