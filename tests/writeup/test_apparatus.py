"""What a page says about itself."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

import pytest

from colorcore import __version__
from colorcore.errors import InputError
from colorcore.writeup import apparatus


def git(folder, *words):
    date = {"GIT_AUTHOR_DATE": "2025-03-04T12:00:00", "GIT_COMMITTER_DATE": "2025-03-04T12:00:00"}
    who = ["-c", "user.name=a", "-c", "user.email=a@b.example"]
    command = ["git", "-C", str(folder), *who, *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=date)
    return done.stdout.strip()


@pytest.fixture
def kept(tmp_path):
    """A folder of which a file is committed."""
    git(tmp_path, "init", "--quiet")
    (tmp_path / "index.qmd").write_text("Text.\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "--message", "Text")
    return tmp_path


def test_a_page_is_of_the_commit_that_its_text_is_at(kept):
    name = git(kept, "rev-parse", "--short", "HEAD")
    assert apparatus.told(kept, {}) == {
        "date": "2025-03-04",
        "year": "2025",
        "version": __version__,
        "commit": name,
        "about": f"4 March 2025 · colorcore {__version__}, commit {name}",
    }


def test_a_text_that_is_not_what_was_committed_says_so(kept):
    (kept / "index.qmd").write_text("Other text.\n")
    assert apparatus.told(kept, {})["commit"].endswith(" and changes")


def test_without_git_a_page_is_of_today_and_of_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    said = apparatus.told(tmp_path, {"license": "MIT"})
    today = datetime.now(UTC).date()
    assert said["date"] == today.isoformat()
    assert said["commit"] == "unknown"
    assert said["about"].endswith(f"{today:%Y} · colorcore {__version__} · licence MIT")


def test_an_address_is_told_where_there_is_one(kept):
    said = apparatus.told(kept, {"repository": "https://a.example/b"})
    assert said["about"].endswith(" · [repository](https://a.example/b)")
    with pytest.raises(InputError) as refusal:
        apparatus.told(kept, {"url": "a.example"})
    assert str(refusal.value) == (
        f"{kept}/_metadata.yml: url: wanted an address that begins with https://, got 'a.example'; "
        "mend it, or leave it out"
    )


def test_catalogues_and_previews_find_what_a_page_is():
    metadata = {"title": 'A "b" & c', "author": "d", "description": "What\nit is."}
    tags = apparatus.head(metadata, {"date": "2025-03-04"})
    assert tags.splitlines() == [
        '<meta name="description" content="What it is.">',
        '<meta name="citation_title" content="A &quot;b&quot; &amp; c">',
        '<meta name="citation_author" content="d">',
        '<meta name="citation_publication_date" content="2025/03/04">',
        '<meta name="twitter:card" content="summary">',
        '<meta property="og:type" content="article">',
        '<meta property="og:title" content="A &quot;b&quot; &amp; c">',
        '<meta property="og:description" content="What it is.">',
    ]
    tags = apparatus.head({**metadata, "url": "https://a.example/b/"}, {"date": "2025-03-04"})
    assert '<meta name="citation_pdf_url" content="https://a.example/b/index.pdf">' in tags
    assert '<meta property="og:url" content="https://a.example/b/">' in tags
