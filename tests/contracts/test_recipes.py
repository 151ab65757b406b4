"""The recipes of CONTRIBUTING.md and docs/how-to are followed to the letter: what they say to write works as written."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "add-a-domain.md").read_text(encoding="utf-8")
FILE = re.compile(r"^`([\w/.]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
KEPT = ("src", "tests", "pyproject.toml", "conftest.py")
TRIED = (
    "src/lianglin/lost",
    "tests/contracts/test_manifests.py",
    "tests/contracts/test_scope.py",
    "-k",
    "lost or manifests",
)
LEFT_OUT = shutil.ignore_patterns("*.egg-info", "journeys", "failure")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house with the small domain of the page in it: every file of it, and the line in the layer list."""
    home = tmp_path_factory.mktemp("house")
    for name in KEPT:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, home / name, ignore=LEFT_OUT)
        else:
            shutil.copy(source, home / name)
    lost = home / "src" / "lianglin" / "lost"
    for name in ("__init__.py", "migrations/__init__.py", "tests/__init__.py"):
        (lost / name).parent.mkdir(parents=True, exist_ok=True)
        (lost / name).touch()
    for name, text in FILE.findall(PAGE):
        (lost / name).parent.mkdir(parents=True, exist_ok=True)
        (lost / name).write_text(text, encoding="utf-8")
    return home


def run(house: Path, *arguments: str, demo: bool = True) -> subprocess.CompletedProcess[str]:
    """A command of the recipe, in the copy; ``demo`` saves one from setting secrets."""
    own = {"PYTHONPATH": str(house / "src"), "PYTHONWARNINGS": "ignore"}
    if demo:
        own |= {"LIANGLIN_DEMO": "1", "LIANGLIN_DATA": str(house / "data")}
    left = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(
            ("LIANGLIN_", "PYTEST_", "DJANGO_")
        )  # else settings are read before the tests' own
    }
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=house,
        env={**left, **own},
        capture_output=True,
        text=True,
        timeout=1200,
    )


def manage(house: Path, *arguments: str) -> str:
    """What `lianglin manage …` said; it must have worked."""
    ran = run(house, "-m", "lianglin.project.cli", "manage", *arguments)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_page_has_every_file_it_speaks_of() -> None:
    names = [name for name, _text in FILE.findall(PAGE)]
    assert {"apps.py", "domain.py", "rules.py", "models.py", "queries.py", "actions.py", "views.py"} <= set(
        names
    )
    assert len(names) == len(set(names)) == PAGE.count("\n```\n\n") + PAGE.rstrip().endswith("```")


def test_a_domain_a_field_and_an_indicator_are_added_by_the_book(house: Path) -> None:
    lost = house / "src" / "lianglin" / "lost"
    texts = run(house, "-m", "lianglin.project.catalogues", "check")
    assert texts.returncode == 0, texts.stdout + texts.stderr
    assert "0001_initial" in manage(house, "makemigrations", "lost")

    # "Add a field to a model": the column, its Chinese word, its place in the guard, its migration.
    change(
        lost / "models.py",
        "    objects = Sc",
        '    colour = models.CharField(_("colour"), max_length=20, blank=True)\n\n    objects = Sc',
    )
    texts = run(house, "-m", "lianglin.project.catalogues", "check")
    assert texts.returncode != 0
    assert "colour" in texts.stdout + texts.stderr, "names what is missing"
    with (lost / "locale/zh_Hans/LC_MESSAGES/django.po").open("a", encoding="utf-8") as catalogue:
        catalogue.write('\nmsgid "colour"\nmsgstr "颜色"\n')
    assert run(house, "-m", "lianglin.project.catalogues", "check").returncode == 0
    change(lost / "domain.py", '"shelf")', '"shelf", "colour")')
    assert "0002" in manage(house, "makemigrations", "lost")


@pytest.mark.deep
def test_the_tests_of_the_added_domain_pass(house: Path) -> None:
    if not list((house / "src/lianglin/lost/migrations").glob("0001*")):
        manage(house, "makemigrations", "lost")
    assert run(house, "-m", "lianglin.project.catalogues").returncode == 0
    tried = run(house, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TRIED, demo=False)
    assert tried.returncode == 0, tried.stdout[-6000:] + tried.stderr[-2000:]
    assert re.search(r"^\d+ passed", tried.stdout, re.MULTILINE)
