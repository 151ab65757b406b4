"""The operator's how-tos name commands and files that are there, and say what the program says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianglin.operation.queries import handbook
from lianglin.project import cli

ROOT = Path(__file__).parents[2]
HOWTO = ROOT / "docs" / "how-to"
COMMAND = re.compile(r"(?:^|[\s“`/])lianglin ([a-z]+)(?: ([a-z]+))?", re.MULTILINE)


def commands(text: str) -> set[str]:
    """What the text tells the operator to type behind “lianglin”."""
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    quoted = "\n".join(re.findall(r"[“`](lianglin [^”`]+)[”`]", text))
    return {first for first, _second in COMMAND.findall(f"{blocks}\n{quoted}")}


@pytest.mark.parametrize("name", ["upgrade", "monitoring"])
def test_every_command_exists(name: str) -> None:
    named = commands((HOWTO / f"{name}.md").read_text(encoding="utf-8"))
    assert "check" in named
    assert named <= {command for command, _text in cli.overview()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_of_the_handbook_exists(language: str) -> None:
    text = (handbook.DATA / f"handbook.{language}.md").read_text(encoding="utf-8")
    assert commands(text.replace("```\n", "```sh\n", 1)) <= {command for command, _text in cli.overview()}


@pytest.mark.parametrize("name", ["upgrade", "monitoring"])
def test_every_file_it_leads_to_is_there(name: str) -> None:
    text = (HOWTO / f"{name}.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert links
    assert [link for link in links if not (HOWTO / link).exists()] == []


def test_the_upgrade_asks_for_a_backup_first_and_changes_the_schema_before_the_processes() -> None:
    text = (HOWTO / "upgrade.md").read_text(encoding="utf-8")
    order = [
        "lianglin backup create",
        "lianglin backup verify",
        "install.sh",
        "bin/lianglin migrate",
        "systemctl restart lianglin-web@8000",
    ]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


def test_the_program_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert re.fullmatch(r"lianglin \d+\.\d+\.\d+\n", capsys.readouterr().out)
