"""Pure rules of messages: filling in texts, what is wrong with a declared one, when to try again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from string import Formatter
from typing import Any

from lianglin.kit.domain import Notice

LANGUAGES = ("zh-hans", "en")
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 120, 360, 720))
"""How long to wait after the first, second … failed try; after the last one the message has failed."""


class WrongText(LookupError):
    """A text asks for something that was not given: a mistake of the code, loud wherever it happens."""


def placeholders(text: str) -> list[str]:
    """The names in braces, in their order."""
    return [name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None]


def fill_in(notice: Notice, language: str, context: Mapping[str, Any]) -> str:
    """The text of a message in a language (Chinese where there is no other), every placeholder filled in.

    Values are put in as they are and never read as a text with placeholders of its own.
    """
    text = notice.texts.get(language) or notice.texts[LANGUAGES[0]]
    return filled(notice.code, language, text, context)


def filled(code: str, language: str, text: str, context: Mapping[str, Any]) -> str:
    """This text with every placeholder filled in; WrongText without one, or for more than a name in braces."""
    pieces: list[str] = []
    missing: list[str] = []
    for literal, name, spec, conversion in Formatter().parse(text):
        pieces.append(literal)
        if name is None:
            continue
        if spec or conversion or name not in context:
            missing.append(name)
        else:
            pieces.append(str(context[name]))
    if missing:
        raise WrongText(
            f"The message “{code}” ({language}) needs {', '.join(missing)}, but was sent without. "
            "Give them in its context, or take them out of its text."
        )
    return "".join(pieces)


def outside(context: Mapping[str, Any], site: str) -> Mapping[str, Any]:
    """The context of a message that is read outside the site: its ``link``, a path, after the site's address.

    ``site`` is like "https://lianglin.example.org"; without one the path stands alone. What is no path of
    this site stays as it is.
    """
    link = str(context.get("link", ""))
    path = link.startswith("/") and not link.startswith("//")
    return {**context, "link": f"{site}{link}"} if path else context


def flaws(notice: Notice) -> list[str]:
    """What is wrong with a declared message; empty when it is sound."""
    found = [
        f"{notice.code}: no text in {language}" for language in LANGUAGES if not notice.texts.get(language)
    ]
    used: set[str] = set()
    for language, text in notice.texts.items():
        try:
            names = placeholders(text)
        except ValueError as error:
            found.append(f"{notice.code} ({language}): {error}")
            continue
        used.update(names)
        found += [
            f"{notice.code} ({language}): {{{n}}} is no plain name" for n in names if not n.isidentifier()
        ]
        found += [
            f"{notice.code} ({language}): {{{n}}} is not among its fields"
            for n in names
            if n not in notice.fields
        ]
    return found + [
        f"{notice.code}: the field {name} is in no text" for name in notice.fields if name not in used
    ]


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many failed tries; None: give up."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None
