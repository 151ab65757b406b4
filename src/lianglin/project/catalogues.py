"""Translations: compiled and checked in Python, so that no gettext binary is needed.

Each package has one catalogue, ``locale/zh_Hans/LC_MESSAGES/django.po``; message ids are the English texts.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lianglin.kit import discovery

LANGUAGE = "zh_Hans"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}

PLACEHOLDER = re.compile(r"%\(\w+\)[sdf]|\{\w+\}")


@dataclass(frozen=True)
class Found:
    """A message id in the source: where it stands and what is wrong with its translation."""

    package: str
    place: str
    message: str
    problem: str


def catalogue_path(package: str) -> Path:
    """The package's catalogue."""
    return discovery.HOUSE / package / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def compile_all() -> list[str]:
    """Compiles the catalogues that changed; returns their packages."""
    done = []
    for package in discovery.packages():
        source = catalogue_path(package)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        with (side := target.with_name(f".django.{os.getpid()}.mo")).open("wb") as file:
            write_mo(file, _read(package))
        side.replace(target)
        done.append(package)
    return done


def check() -> list[Found]:
    """Every message of the sources without a Chinese text, with one whose placeholders differ, or with two texts.

    A text counts when the package's own catalogue has it, or that of a floor below.
    """

    wrong: list[Found] = []
    own = {package: _read(package) for package in discovery.packages()}
    below: list[Catalog] = []
    for package in discovery.packages():
        catalogues = [own[package], *below]
        for place, message, context in messages(package):
            if not any(_translated(catalogue, message, context) for catalogue in catalogues):
                key = message if isinstance(message, str) else message[0]
                wrong.append(Found(package, place, key, f"no {LANGUAGE} text"))
        wrong += _wrong_placeholders(package, own[package])
        if package in discovery.GROUND:
            below.append(own[package])
    return [*wrong, *_clashes(own)]


def _clashes(own: Mapping[str, Catalog]) -> Iterator[Found]:
    """Message ids that two packages translate differently: Django merges the catalogues and shows one of the two."""
    first: dict[tuple[object, str | None], tuple[str, object]] = {}
    for package, catalogue in own.items():
        for entry in catalogue:
            message = entry.id if isinstance(entry.id, str) else tuple(entry.id)
            if not message or not _translated(catalogue, message, entry.context):
                continue
            other, text = first.setdefault((message, entry.context), (package, entry.string))
            if text != entry.string:
                yield Found(
                    package,
                    f"{catalogue_path(package)}:{entry.lineno}",
                    message if isinstance(message, str) else message[0],
                    f"{entry.string!r} here, {text!r} in {other}: only one would be shown; "
                    "say it alike, or tell them apart with pgettext",
                )


def _wrong_placeholders(package: str, catalogue: Catalog) -> Iterator[Found]:
    """Translations that lose a value, or ask for one that nobody gives them (an error when it is shown)."""
    for entry in catalogue:
        if not entry.id:
            continue
        forms = [entry.id] if isinstance(entry.id, str) else list(entry.id)
        asked = set(PLACEHOLDER.findall(forms[-1]))
        texts = [entry.string] if isinstance(entry.string, str) else list(entry.string or ())
        for text in filter(None, texts):
            odd = asked.symmetric_difference(PLACEHOLDER.findall(text))
            if odd:
                yield Found(
                    package,
                    f"{catalogue_path(package)}:{entry.lineno}",
                    forms[0],
                    f"differs in {', '.join(sorted(odd))}",
                )


def messages(package: str) -> Iterator[tuple[str, str | tuple[str, ...], str | None]]:
    """(file:line, message id or (singular, plural), context) of a package's Python and templates."""
    folder = discovery.HOUSE / package
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.html"), *folder.rglob("*.txt")]):
        if {"tests", "migrations", "data"}.intersection(path.relative_to(folder).parts):
            continue
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = _as_python(text, path)
        source = io.BytesIO(text.encode())
        for line, message, _comments, context in extract(
            "python", source, KEYWORDS, options={"encoding": "utf-8"}
        ):
            yield f"{path.relative_to(discovery.HOUSE.parent.parent)}:{line}", message, context


def _as_python(template: str, path: Path) -> str:
    """The template's translatable texts as calls in otherwise blank Python, by Django's own lexer."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(template, origin=str(path)).split("\n"))


def _read(package: str) -> Catalog:
    path = catalogue_path(package)
    if not path.exists():
        return Catalog(locale=LANGUAGE)
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _translated(catalogue: Catalog, message: str | tuple[str, ...], context: str | None) -> bool:
    found = catalogue.get(message, context)
    if found is None or found.fuzzy:
        return False
    return all(found.string) if isinstance(found.string, (tuple, list)) else bool(found.string)


def main() -> int:
    """`python -m lianglin.project.catalogues [check]`: compiles; with “check”, lists what is missing."""
    import sys

    from lianglin.project.attach import setup_django

    compile_all()
    if sys.argv[1:] != ["check"]:
        return 0
    setup_django()
    wrong = check()
    for found in wrong:
        print(f"{found.place}: {found.problem}: {found.message!r}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
