"""The house's shape: imports point down, inside a domain too; domains do not know each other."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from lianglin.kit import discovery

HOUSE = discovery.HOUSE
ROOT = HOUSE.parent.parent
DOMAINS = [name for name in discovery.packages() if name not in (*discovery.GROUND, *discovery.ABOVE)]
FLOORS = ["domain", "urls", "views api tasks seed forms", "actions", "queries", "models", "rules"]
RANK = {word: rank for rank, words in enumerate(FLOORS) for word in words.split()}
WORDS = {*RANK, "apps", "__init__", "data", "templates", "migrations", "tests", "locale", "README", "static"}


def test_imports_point_down() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "importlinter.cli", "lint"], cwd=ROOT, capture_output=True, text=True
    )
    if ran.returncode and "No module named" in ran.stderr:
        ran = subprocess.run(
            [str(Path(sys.executable).with_name("lint-imports"))], cwd=ROOT, capture_output=True, text=True
        )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def _imports(path: Path) -> list[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
    found += [
        f"{n.module}.{a.name}"
        for n in ast.walk(tree)
        if isinstance(n, ast.ImportFrom) and n.module
        for a in n.names
    ]
    return found + [a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names]


@pytest.mark.parametrize("domain", DOMAINS)
def test_inside_a_domain_imports_point_down(domain: str) -> None:
    wrong = []
    for path in (HOUSE / domain).rglob("*.py"):
        floor = path.relative_to(HOUSE / domain).parts[0].removesuffix(".py")
        if floor not in RANK or floor == "domain":
            continue
        for name in _imports(path):
            match = re.match(rf"lianglin\.{domain}\.(\w+)", name)
            if match and match[1] in RANK and RANK[match[1]] < RANK[floor]:
                wrong.append(f"{path.name} ({floor}) imports {name}")
    assert not wrong, wrong


@pytest.mark.parametrize("domain", DOMAINS)
def test_a_domain_package_has_the_same_words(domain: str) -> None:
    there = {
        path.name.removesuffix(".py").removesuffix(".md")
        for path in (HOUSE / domain).iterdir()
        if path.name != "__pycache__"
    }
    assert there <= WORDS, f"unexpected at the top level of {domain}: {there - WORDS}"
    assert "README" in there


def test_no_foreign_key_between_domains() -> None:
    from django.apps import apps

    for model in apps.get_models():
        for field in model._meta.get_fields():
            other = getattr(field, "related_model", None)
            if (
                field.concrete
                and other is not None
                and model._meta.app_label in DOMAINS
                and other._meta.app_label in DOMAINS
            ):
                assert model._meta.app_label == other._meta.app_label, f"{model._meta.label}.{field.name}"


@pytest.mark.parametrize("package", discovery.packages())
def test_templates_and_url_names_stay_at_home(package: str) -> None:
    """A template names only its own package's and the floors' below: URL names and includes of a domain never leave it."""
    others = [name for name in DOMAINS if name != package]
    for path in (HOUSE / package).rglob("*"):
        if path.suffix in (".html", ".py") and "tests" not in path.parts and "migrations" not in path.parts:
            text = path.read_text(encoding="utf-8")
            for other in others:
                crossing = re.findall(rf"[\"']{other}(?::\w+|/[\w/]+\.html)[\"']", text)
                assert not crossing, f"{path}: {crossing}"


def test_no_file_knows_every_domain() -> None:
    """Only the layer list in pyproject.toml names domains outside their own folders."""
    for package in (*discovery.GROUND, *discovery.ABOVE):
        for path in (HOUSE / package).rglob("*.py"):
            if "tests" in path.parts or "migrations" in path.parts:
                continue
            named = [name for name in DOMAINS if f"lianglin.{name}" in path.read_text(encoding="utf-8")]
            assert not named, f"{path} names the domain {named}"


def test_raw_sql_stays_where_it_may_stand() -> None:
    """Raw SQL only where a reader looks for it: queries, database functions, policies, seeds, the runtime."""
    allowed = {"queries", "database", "policies", "seed", "tests", "migrations", "management"}
    ground = {
        "transaction.py",
        "audit.py",
        "throttle.py",
        "idempotency.py",
        "operations.py",
        "actions.py",
        "prepared.py",
        "visits.py",
        "writing.py",
        "rotation.py",
        "rows.py",
        "runs.py",
        "leases.py",
    }
    for path in HOUSE.rglob("*.py"):
        parts = {part.removesuffix(".py") for part in path.relative_to(HOUSE).parts}
        if parts & allowed or path.relative_to(HOUSE).parts[0] == "project":
            continue
        if path.relative_to(HOUSE).parts[0] in discovery.GROUND and path.name in ground:
            continue
        assert "cursor()" not in path.read_text(encoding="utf-8"), (
            f"{path} runs raw SQL: move it to queries.py"
        )
