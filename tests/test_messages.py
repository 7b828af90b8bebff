"""The pages on errors say what errors say, and of each what to do."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from messages import REMEDIES, Message, messages, tables, texts, texts_in_rust

FOUND = messages()
ERRORS = Path("docs/errors.md")


def quotes(page: Path) -> list[str]:
    """What the tables of a page say that errors say, in parts between what varies."""
    tables = page.read_text("utf-8").split("| it says |")[1:]
    rows = [row for text in tables for row in text.partition("\n\n")[0].split("\n| ")[1:]]
    quoted = [quote for row in rows for quote in re.findall("`([^`]+)`", row.split(" | ")[0])]
    return [part.strip() for quote in quoted for part in quote.split("…") if part.strip()]


@pytest.mark.parametrize("page", [ERRORS, Path("docs/model.md")], ids=str)
def test_what_a_page_quotes_of_errors_is_what_they_say(page):
    said = [f"{one.said}; {one.remedy}" for one in FOUND] + [Path("Makefile").read_text("utf-8")]
    parts = quotes(page)
    assert len(parts) > 15
    assert [part for part in parts if not any(part in text for text in said)] == []


def test_the_errors_of_the_page_are_raised_as_it_shows_them():
    fences = MarkdownIt().parse(ERRORS.read_text("utf-8"))
    code = "\n".join(f.content for f in fences if f.type == "fence" and f.info == "pycon")
    test = doctest.DocTestParser().get_doctest(code, {}, str(ERRORS), str(ERRORS), 0)
    assert sum(example.exc_msg is not None for example in test.examples) > 5
    report: list[str] = []
    assert doctest.DocTestRunner().run(test, out=report.append).failed == 0, "".join(report)


def test_every_message_has_a_remedy():
    assert [one for one in FOUND if not one.remedy] == []


def test_every_remedy_of_the_page_is_that_of_a_message_without_one():
    used = {one.remedy for one in FOUND}
    assert [part for part, remedy in REMEDIES.items() if remedy not in used] == []


def said_by(code: str, **constants: str) -> list[str]:
    return list(texts(ast.parse(code), constants))


def test_a_message_is_what_an_error_is_made_with_whatever_its_words():
    code = 'raise InputError(f"{path}: cannot be written " + f"({error})")'
    assert said_by(code) == ["[…]: cannot be written ([…])"]


def test_a_message_is_also_what_is_told_to_a_function_that_raises():
    assert said_by('fail(path, f"wanted one of {known}, got {got!r}; mend it")') == [
        "wanted one of […], got […]; mend it"
    ]


def test_a_constant_of_the_module_is_told_with_the_message():
    assert said_by('raise InputError(f"{path}: wanted one; {AGAIN}")', AGAIN="build again") == [
        "[…]: wanted one; build again"
    ]


def test_docstrings_other_texts_and_errors_passed_on_are_no_messages():
    assert said_by('"""Wanted: wanted this, got that."""\nprint("all is well here")') == []
    assert said_by('raise InputError(f"{path}: {error}")') == []


def test_what_kernels_say_is_read_off_the_strings_that_they_write():
    code = 'write!(\n f,\n "power must be small, \\\n     got {got:?}; lower it"\n)'
    assert texts_in_rust(code) == ["power must be small, got […]; lower it"]


def test_a_remedy_stands_behind_the_last_semicolon():
    text = "a: wanted b; with c, got d; mend it"
    assert Message.read("x", text) == Message("x", "a: wanted b; with c, got d", "mend it")


def test_messages_are_told_by_wing_and_of_models_by_room():
    found = [
        Message("anchor.surgery.site", "got <lambda>", "name it"),
        Message("kernels.cubes", "got 2", "[…]"),
    ]
    assert re.findall("^### .*$|<tr><td>.*$", tables(found), re.M) == [
        "### colorcore.anchor.surgery",
        "<tr><td>got &lt;lambda&gt;</td><td>name it</td></tr>",
        "### colorcore.kernels",
        "<tr><td>got 2</td><td>what it names</td></tr>",
    ]
