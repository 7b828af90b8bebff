"""A document's own code: what it reads is what it names, and its mistakes are one line."""

from __future__ import annotations

import pytest

from colorcore.errors import InputError
from colorcore.writeup import drawing, making, opening, tabulating
from colorcore.writeup.plan import Plan
from colorcore.writeup.subject import subject
from colorcore.writeup.written import Part
from editing import change

FIGURE = """from matplotlib.figure import Figure
from pathlib import Path
READS = ()
FILES = ()
EXTRA = Path(__file__).parents[1] / "extra.csv"
def gather(subject, size):
    return 3
def draw(data, theme):
    figure = Figure()
    figure.subplots().set(xlabel="x")
    return figure
def describe(data):
    return "A figure."
"""
TABLE = """from pathlib import Path
READS = ()
def write(subject):
    return "| a |"
"""


@pytest.fixture
def essay(folder):
    """A document with a figure and a table of its own, and a file of data."""
    (folder / "figures" / "own.py").write_text(FIGURE)
    (folder / "tables").mkdir()
    (folder / "tables" / "__init__.py").touch()
    (folder / "tables" / "mine.py").write_text(TABLE)
    (folder / "extra.csv").write_text("a\n1\n")
    (folder.parent / "beside.csv").write_text("a\n1\n")
    change(folder, "  lost: {}\n", "", "document.yaml")
    change(folder, "tables: {", "tables: {mine: {}, ", "document.yaml")
    return folder


def draw(essay):
    drawing.draw(subject(opening.read(essay), essay.parent / "build"), "own")


def refused(make, *arguments) -> str:
    with pytest.raises(InputError) as caught:
        make(*arguments)
    return str(caught.value)


def test_a_figure_reads_the_files_that_it_names_from_its_folder_on(essay):
    change(essay, "return 3", "return EXTRA.read_text()", "figures/own.py")
    change(essay, "FILES = ()", 'FILES = ("extra.csv",)', "figures/own.py")
    draw(essay)
    document = opening.read(essay)
    assert making.files(document, "figures", "own") == [essay / "extra.csv"]


def test_a_figure_is_made_anew_when_a_file_changes_that_it_names(essay):
    change(essay, "FILES = ()", 'FILES = ("extra.csv",)', "figures/own.py")
    said = {"document": str(essay), "build": "build", "seeds": 60, "shards": 1}
    found = Plan.of({**said, "check_claims": True})
    before = found.origins.shows("figures", "own")
    change(essay, "1", "2", "extra.csv")
    assert found.origins.shows("figures", "own") != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("return 3", "return EXTRA.read_text()"),
        ("figure = Figure()", "figure = Figure(); EXTRA.read_bytes()"),
        ('return "A figure."', "return EXTRA.open().close() or 'A'"),
        ("def gather", "TEXT = EXTRA.read_text()\ndef gather"),
    ],
)
def test_a_figure_that_reads_a_file_that_it_does_not_name_is_refused(essay, old, new):
    change(essay, old, new, "figures/own.py")
    assert refused(draw, essay) == (
        f"{essay}/figures/own.py: wanted it to read only files that it is made anew for, got "
        f"{essay}/extra.csv; name it in its FILES, READS or reads_of"
    )


def test_what_lies_beside_a_document_is_refused_too_and_so_is_what_a_table_reads(essay):
    read = 'Path(__file__).parents[2].joinpath("beside.csv").read_text()'
    change(essay, 'return "| a |"', f"return {read}", "tables/mine.py")
    one = subject(opening.read(essay), essay.parent / "build")
    assert f"got {essay.parent}/beside.csv; name it" in refused(tabulating.tabulate, one, "mine")


def test_what_python_does_not_notice_being_read_is_of_everything(essay):
    (essay / "extra.parquet").touch()
    document = opening.read(essay)
    assert making.files(document, "figures", "own") == [essay / "extra.parquet"]


@pytest.mark.parametrize(
    ("name", "is_data"),
    [("extra.json", True), ("extra.csv", True), ("index.qmd", False), ("document.yaml", False)],
)
def test_numbers_and_claims_read_the_data_of_a_document_and_none_of_its_text(
    essay, name, is_data, monkeypatch
):
    monkeypatch.setattr(Part, "note", lambda self: None)  # there are no results to be a record of
    (essay / name).touch()
    said = {"document": str(essay), "build": "build", "seeds": 60, "shards": 1}
    data = [
        path.rpartition("/")[2] for path in Plan.of({**said, "check_claims": True}).origins.data
    ]
    assert (name in data) == is_data
    body = f"    (document.folder / {name!r}).read_bytes()\n    return"
    for module, make in (("numbers", opening.write_numbers), ("claims", opening.check_claims)):
        change(essay, "    return", body, f"{module}.py")
        if is_data:
            make(opening.read(essay), essay.parent / "build")
        else:
            assert refused(make, opening.read(essay), essay.parent / "build") == (
                f"{essay}/{module}.py: wanted it to read only files that it is made anew for, got "
                f"{essay}/{name}; read what the page on documents says"
            )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("return figure", "pass", ": wanted a figure from draw, got NoneType; return it"),
        ('figure.subplots().set(xlabel="x")', "pass", ": wanted a figure that shows something "
         "from draw, got an empty one; draw on it"),
        ('return "A figure."', "pass", ": wanted a text from describe, got NoneType; return one"),
        ('"A figure."', '" "', ": wanted a text from describe, got none that says anything; "
         "return one"),
        ("return 3", "return {}['a']", ", line 7: KeyError: 'a'; mend it"),
        ('xlabel="x"', 'xlabel="röd赤"', ": wanted letters that a font of figures has, got '赤' "
         "(U+8D64); write it otherwise"),
        ("def gather", "import nosuch\ndef gather", ", line 6: ModuleNotFoundError: No module "
         "named 'nosuch'; mend it"),
        ("return 3", "return (", ", line 7: SyntaxError: '(' was never closed; mend it"),
        ("FILES = ()", 'FILES = ("extra.csv")', ": FILES: wanted a list of files, got "
         "'extra.csv'; put it in brackets"),
        ("FILES = ()", 'FILES = ("none.csv",)', ": FILES: wanted files that are there, got "
         "'none.csv', which is not in {folder}; put it there, or leave it out"),
        ("READS = ()", 'READS = ("runs.csv")', ": READS: wanted a list of results, got "
         "'runs.csv'; put it in brackets"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_figure_is_one_line(essay, old, new, message):
    change(essay, old, new, "figures/own.py")
    wanted = f"{essay}/figures/own.py{message.replace('{folder}', str(essay))}"
    assert refused(draw, essay) == wanted


def test_a_figure_of_a_result_that_there_is_not_is_refused(essay):
    change(essay, "READS = ()", 'READS = ("run.csv",)', "figures/own.py")
    assert refused(draw, essay).endswith("got 'run.csv'; did you mean runs.csv?")


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ("[]", ": wanted numbers by their names, got list; return a dictionary"),
        ("{'a': {'b': 0.5}}", ": a.b: wanted a number as the text shows it, as text, got float; "
         "write it with significant(…) or as f'{…}'"),
        ("{'a': {'b.c': '1'}}", ": a: wanted keys of letters, digits and hyphens, got 'b.c'; "
         "write 'b-c'"),
        ("{'a': {'50': '1'}}", ": a: wanted keys with a letter, since Quarto takes others for "
         "places in a list, got '50'; write 'at-50', or what it is"),
        ("{'a': f'{float(\"nan\"):.2f}'}", ": a: wanted a number, got 'nan'; find out why"),
        ("{'a': '−inf %'}", ": a: wanted a number, got '−inf %'; find out why"),
        ("{'document': {}}", ": wanted another name than 'document', by which a text quotes what "
         "the package says of it; rename it"),
        ("{}['a']", ", line 2: KeyError: 'a'; mend it"),
    ],
)  # fmt: skip
def test_what_a_text_cannot_quote_is_refused(essay, numbers, message):
    change(essay, "return {}", f"return {numbers}", "numbers.py")
    build = essay.parent / "build"
    assert refused(opening.write_numbers, opening.read(essay), build) == (
        f"{essay}/numbers.py{message}"
    )
    assert not (build / "numbers.json").exists()


@pytest.mark.parametrize(
    ("condition", "came"),
    [
        ("(1 < 0,)", "tuple"),
        ("(x for x in [False])", "generator"),
        ("__import__('pandas').Series([False])", "Series"),
        ("'no'", "str"),
        ("None", "NoneType"),
    ],
)
def test_a_claim_whose_condition_is_neither_true_nor_false_is_refused(essay, condition, came):
    claim = (
        f"from colorcore.writeup.claims import Claim\nCLAIMS = [Claim('s', lambda e: {condition})]"
    )
    change(essay, "CLAIMS = []", claim, "claims.py")
    assert refused(opening.check_claims, opening.read(essay), essay.parent / "build") == (
        f"{essay.parent}/build: wanted a condition that is true or false of «s», got {came}; have "
        "it return a bool, of .all() or .any() say"
    )


@pytest.mark.parametrize("condition", ["True", "__import__('numpy').bool_(True)"])
def test_a_claim_that_holds_passes(essay, condition):
    claim = (
        f"from colorcore.writeup.claims import Claim\nCLAIMS = [Claim('s', lambda e: {condition})]"
    )
    change(essay, "CLAIMS = []", claim, "claims.py")
    opening.check_claims(opening.read(essay), essay.parent / "build")


def test_a_claim_about_what_there_is_not_is_one_line(essay):
    claim = (
        "from colorcore.writeup.claims import Claim\nCLAIMS = [Claim('s', lambda e: {}['hram'])]"
    )
    change(essay, "CLAIMS = []", claim, "claims.py")
    assert refused(opening.check_claims, opening.read(essay), essay.parent / "build") == (
        f"{essay}/claims.py, line 2: KeyError: 'hram'; mend it"
    )
