"""The command line: what is wrong in one sentence, what was meant, and where to read on."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest
from rich.console import Console

from lianglin.project import cli, demo, environment, processes
from lianglin.project.errors import DiskFull, SetupError


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Status and what stands on the error channel."""
    try:
        status = cli.main(arguments)
    except SystemExit as error:
        status = int(str(error.code))
    return status, capsys.readouterr().err


def test_without_a_command_it_lists_them(capsys: pytest.CaptureFixture[str]) -> None:
    status, text = said(capsys)
    assert status == 2
    assert all(re.search(rf"^ +{name}\b", text, re.MULTILINE) for name, _ in cli.overview())


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["serv"], "Did you mean “serve”?"),
        (["frobnicate"], "“lianglin --help” explains."),
        (["city"], "required: build|import"),
        (["city", "bild"], "Did you mean “build”?"),
        (["audit"], "required: verify|export|key"),
        (["demo", "--residents", "0"], "must be a whole number from 1 to 9200000"),
        (["people"], "name-keys|import"),
        (["coverage", "--jsn"], "unrecognized arguments: --jsn"),
    ],
)
def test_a_mistake_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    status, text = said(capsys, *arguments)
    assert status == 2
    assert sentence in text
    assert text.count("\n") == 1


@pytest.mark.parametrize("name", [name for name, _ in cli.overview() if name != "manage"])
def test_every_command_has_a_help(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main([name, "--help"])
    assert left.value.code == 0
    assert f"lianglin {name}" in capsys.readouterr().out


def test_a_data_folder_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SetupError, match=r"Not a directory.*Set LIANGLIN_DATA"):
        environment.make_data_folder(tmp_path / "file")
    with pytest.raises(SetupError, match="LIANGLIN_DATA"):
        environment.demo_secrets(tmp_path / "file" / "inside")


def test_a_data_folder_of_another_user_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    with pytest.raises(SetupError, match=r"by this user.*Set LIANGLIN_DATA to a folder that can"):
        environment.make_data_folder(tmp_path)


def test_a_full_disk_is_called_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(DiskFull, match="is full"):
        environment.make_data_folder(tmp_path / "new")


def test_a_log_has_a_line_per_package_and_a_terminal_bars() -> None:
    """Where nobody sees bars move, minutes of silence look like a stop."""
    for terminal in (False, True):
        shown = Console(file=io.StringIO(), force_terminal=terminal, width=100)
        with demo.city_progress(shown) as report:
            report("places", "map", 0.1)
            report("places", "map", 0.9)
        text = shown.file.getvalue()
        assert (text == "Filling places\n") is not terminal
        assert ("━" in text) is terminal


def test_an_address_that_is_not_this_machines_is_no_busy_port() -> None:
    with pytest.raises(SetupError, match="LIANGLIN_BIND"):
        processes.require_free_port("192.0.2.1", 8000)
