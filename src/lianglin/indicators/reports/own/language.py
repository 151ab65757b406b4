"""What may stand between the braces of an office's Word template: a part of Jinja that always ends. No Django.

Allowed: a name and its parts (``{{ 办结率.本期 }}``), a loop over a list that is there, a condition that compares. No call,
no arithmetic, no assignment, no macro, no include. Every template that is compiled passes :func:`objections`, whoever
made it; the sandbox of Jinja is the second line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from jinja2 import nodes
from jinja2.runtime import ChainableUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

ALLOWED: tuple[type[nodes.Node], ...] = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Const, nodes.For,
    nodes.If, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Tuple,
)  # fmt: skip
DEEPEST = 3
"""Loops inside one another: sections, rows, cells."""
LOOP = ("index", "index0", "first", "last", "length")
"""What of ``loop`` may be asked."""


@dataclass(frozen=True)
class Objection:
    """Why an expression is not taken: a code (see sayings.py), the line it stands in, what was written, what was meant."""

    code: str
    line: int
    said: str = ""
    meant: str = ""


def objections(tree: nodes.Template) -> Iterable[Objection]:
    """Everything in a template that the language does not have."""
    yield from _objections(tree, 0)


def _objections(node: nodes.Node, deep: int) -> Iterable[Objection]:
    for child in node.iter_child_nodes():
        if not isinstance(child, ALLOWED):
            yield Objection("not_allowed", child.lineno, type(child).__name__)
            continue
        if isinstance(child, nodes.Getattr) and child.attr.startswith("_"):
            yield Objection("not_allowed", child.lineno, child.attr)
        if isinstance(child, nodes.Getitem) and not _plain(child.arg):
            yield Objection("not_allowed", child.lineno, "[…]")
        if isinstance(child, nodes.For):
            if (
                deep >= DEEPEST
                or child.recursive
                or not isinstance(child.iter, nodes.Name | nodes.Getattr | nodes.Getitem)
            ):
                yield Objection("loop", child.lineno)
            yield from _objections(child, deep + 1)
        else:
            yield from _objections(child, deep)


def _plain(node: nodes.Node) -> bool:
    """A number or a word between square brackets; no name, since a loop's variable could reach further."""
    return (
        isinstance(node, nodes.Const)
        and isinstance(node.value, int | str)
        and not str(node.value).startswith("_")
    )


class Refused(Exception):
    """A template was to be compiled that holds what the language does not have."""

    def __init__(self, found: Objection) -> None:
        super().__init__(found.code)
        self.found = found


class Nothing(ChainableUndefined):
    """A name that this report does not have, though the kind had it when the template was approved: a dash, no rows."""

    def __str__(self) -> str:
        return "—"

    __html__ = __str__


class Language(ImmutableSandboxedEnvironment):
    """The sandbox that compiles nothing outside the language, and knows no filter, test or function by name."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=Nothing, cache_size=0)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for found in objections(tree):
            raise Refused(found)
        return tree


@dataclass
class Names:
    """What a template may name, with an example of each: a dictionary inside dictionaries, lists, texts."""

    known: dict[str, Any]
    found: list[Objection] = field(default_factory=list)

    def check(self, tree: nodes.Node) -> list[Objection]:
        """Every name that is not there, with the nearest that is."""
        self._walk(tree, dict(self.known))
        return self.found

    def _walk(self, node: nodes.Node, here: dict[str, Any]) -> None:
        if isinstance(node, nodes.For):
            value = self._value(node.iter, here)
            inner = dict(here, loop=dict.fromkeys(LOOP, 1))
            if value is not MISSING and not isinstance(value, list):
                self.found.append(Objection("no_list", node.lineno, said(node.iter)))
            if isinstance(node.target, nodes.Name):
                example = value[0] if isinstance(value, list) and value else MISSING
                inner[node.target.name] = example
            for part in (*node.body, *node.else_):
                self._walk(part, inner)
            if node.test is not None:
                self._walk(node.test, inner)
            return
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self._value(node, here)
            return
        for child in node.iter_child_nodes():
            self._walk(child, here)

    def _value(self, node: nodes.Node, here: dict[str, Any]) -> Any:
        if isinstance(node, nodes.Name):
            return self._get(here, node.name, node.name, node.lineno)
        if isinstance(node, nodes.Getattr | nodes.Getitem):
            above = self._value(node.node, here)
            name = node.attr if isinstance(node, nodes.Getattr) else _const(node.arg)
            return MISSING if above is MISSING else self._get(above, name, said(node), node.lineno)
        return MISSING

    def _get(self, above: Any, name: Any, whole: str, line: int) -> Any:
        if isinstance(above, dict) and name in above:
            return above[name]
        if isinstance(above, list) and isinstance(name, int):
            if not above:
                return MISSING
            return above[name] if name < len(above) else self._unknown(whole, "", line, "no_column")
        choices = [str(one) for one in above] if isinstance(above, dict) else []
        return self._unknown(whole, nearest(str(name), choices), line)

    def _unknown(self, whole: str, meant: str, line: int, code: str = "unknown") -> Any:
        self.found.append(Objection(code, line, whole, meant))
        return MISSING


MISSING: Any = object()


def _const(node: nodes.Node) -> Any:
    return node.value if isinstance(node, nodes.Const) else ""


def said(node: nodes.Node) -> str:
    """An expression of names as it was written."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{said(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem):
        return f"{said(node.node)}[{_const(node.arg)}]"
    return "…"


def nearest(name: str, choices: Iterable[str]) -> str:
    """The known name that is most like the written one; "" when none is."""
    found = get_close_matches(name, [one for one in choices if one], n=1, cutoff=0.5)
    return found[0] if found else ""
