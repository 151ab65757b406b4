"""What the pages for people name is there: files, commands, make targets, benches, pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lianglin.project import cli

ROOT = Path(__file__).resolve().parents[2]
HOUSE = ROOT / "src" / "lianglin"
PAGES = [
    *(page for page in ROOT.glob("*.md") if page.name != "CHANGELOG.md"),
    *ROOT.glob("docs/how-to/*.md"),
    *ROOT.glob("docs/tutorial/*.md"),
    *HOUSE.glob("*/README.md"),
]
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)")
TEST = re.compile(r"`([\w./-]*test_\w+\.py)(?:::\w+)?`")
TARGET = re.compile(r"`make ([a-z-]+)[^`]*`")
COMMAND = re.compile(r"`(?:LIANGLIN_DEMO=1 )?(?:\.venv/bin/)?lianglin ([a-z]+)")
BENCH = re.compile(r"-m bench\.(\w+)")


def blocks_left_out(text: str) -> str:
    """Without code blocks and the names above them: they are files of their own."""
    return re.sub(r"^(`[^`\n]+`\n)?```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


@pytest.fixture(params=PAGES, ids=NAMES)
def page(request: pytest.FixtureRequest) -> tuple[Path, str]:
    """A page and its text."""
    return request.param, request.param.read_text(encoding="utf-8")


def test_links_lead_somewhere(page: tuple[Path, str]) -> None:
    path, text = page
    assert [link for link in LINK.findall(text) if not (path.parent / link).exists()] == []


def test_the_tests_it_names_exist(page: tuple[Path, str]) -> None:
    path, text = page
    last, missing = ROOT, []
    for name in TEST.findall(blocks_left_out(text)):
        found = [base / name for base in (ROOT, HOUSE, path.parent, path.parent / "tests", last)]
        there = next((one for one in found if one.exists()), None)
        if there is None:
            missing.append(name)
        else:
            last = there.parent  # "`appeals/tests/test_a.py`, `test_b.py`"
    assert missing == []


def test_the_commands_it_names_exist(page: tuple[Path, str]) -> None:
    _path, text = page
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)
    commands = {name for name, _ in cli.overview()}
    assert set(TARGET.findall(text)) - {*targets} == set()
    assert set(COMMAND.findall(text)) - commands == set()
    assert [name for name in BENCH.findall(text) if not (ROOT / "bench" / f"{name}.py").exists()] == []


def test_both_readmes_say_the_same() -> None:
    """Commands, links and pictures are the same in both languages, but for the language of pages."""
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md"))
    for pattern in (BENCH, TARGET, COMMAND):
        assert sorted(pattern.findall(english)) == sorted(pattern.findall(chinese))
    plain = [
        sorted(re.sub(r"\.(zh|en)\b", "", link) for link in LINK.findall(text)) for text in (english, chinese)
    ]
    assert plain[0] == plain[1]
    assert english.count("\n- ") == chinese.count("\n- ")
