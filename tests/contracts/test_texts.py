"""Words in a class or a module are lazy: spoken at import, they would stay in one language for everybody."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from lianglin.kit.discovery import HOUSE

SPOKEN = {"gettext", "pgettext", "ngettext", "npgettext"}
SOURCES = sorted(path for path in HOUSE.rglob("*.py") if "gettext" in path.read_text(encoding="utf-8"))


def names(tree: ast.Module) -> set[str]:
    """What this module calls the functions that speak at once."""
    return {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in SPOKEN
    }


def outside_of_functions(node: ast.AST) -> Iterator[ast.AST]:
    """All that runs when the module is imported."""
    yield node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from outside_of_functions(child)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_nothing_is_spoken_at_import(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    known = names(tree)
    found = [
        f"line {node.lineno}: {ast.unparse(node)}"
        for node in outside_of_functions(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in known
    ]
    assert not found, f"use gettext_lazy: {found}"
