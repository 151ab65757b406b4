"""The generated reference says what the program says."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from lianglin.project import cli, coverage, environment, reference


@pytest.mark.parametrize("name", ["settings.md", "settings.zh.md", "commands.md"])
def test_the_committed_page_is_the_generated_one(name: str) -> None:
    written = (reference.FOLDER / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run “make docs”"


def test_every_command_explains_itself() -> None:
    assert {"demo", "serve", "worker", "migrate", "city", "audit", "coverage"} <= {
        name for name, _ in cli.overview()
    }
    assert all(text.endswith((".", "shell")) for _, text in cli.overview())


def test_every_setting_is_on_the_page() -> None:
    page = (reference.FOLDER / "settings.md").read_text(encoding="utf-8")
    assert all(f"`{row.name}`" in page for row in environment.table().values())


MARKED = """
import pytest
pytestmark = [pytest.mark.django_db, pytest.mark.rows("R113")]

@pytest.mark.rows("R058", "R113")
def test_one() -> None: ...

def test_two() -> None: ...

@pytest.mark.rows("R001")
def helper() -> None: ...
"""


def test_a_row_is_named_by_a_test_or_by_its_whole_file() -> None:
    assert coverage.named_in(MARKED) == [("test_one", ["R113", "R058"]), ("test_two", ["R113"])]


def test_coverage_has_every_row_and_proves_what_it_calls_working() -> None:
    found = coverage.coverage()
    assert list(found) == [f"R{number:03}" for number in range(1, 137)]
    for row, entry in found.items():
        assert entry["state"] in ("works", "part", "none", "context"), row
        assert entry["state"] != "works" or entry["tests"], row
        assert (entry["state"] == "part") == bool(entry["missing"]), row
        assert entry["missing"].isascii(), f"{row}: the reference is written in English"


def test_coverage_is_printed_from_a_fresh_clone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No secret is set, no database runs, nothing is written."""
    for row in environment.table().values():
        if row.name != "LIANGLIN_DATABASE_ROLE":
            monkeypatch.delenv(row.name, raising=False)
    monkeypatch.setenv("LIANGLIN_DATA", str(tmp_path / "data"))
    before = dict(os.environ)
    try:
        assert cli.main(["coverage", "--json"]) == 0
    finally:
        os.environ.clear()
        os.environ.update(before)
        environment.current.cache_clear()
    assert set(json.loads(capsys.readouterr().out)["R058"]) >= {"state", "tests"}
    assert not (tmp_path / "data").exists()
