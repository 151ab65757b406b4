"""The boxes in which the desk's page of one appeal offers what can be done, written in Python: a page has five."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from lianglin.kit.markup import fill

OPEN = ' class="deed card%s" id="do-%s" name="deed" open'
CLOSED = (
    ' class="deed card%s" id="do-%s" name="deed" hx-get="%s" hx-trigger="toggle once" '
    'hx-target="#do-%s > .deed__body" hx-select="#do-%s > .deed__body" hx-swap="outerHTML"'
)
"""A closed one fetches its form when it is opened."""
LINK = '<p class="actions"><a class="button button--second" href="%s#do-%s">%s</a></p>'


def box(code: str, label: str, *, here: str, expected: bool, opened: bool) -> dict[str, SafeString]:
    """Attributes of the box, its head, and what stands for the form of a closed one: the link to it."""
    form, due = f"{here}?move={code}", SafeString("")
    if expected:
        due = fill('<span class="deed__due">%s</span>', _("due now"))
    mark = " deed--expected" if expected else ""
    return {
        "attributes": fill(OPEN, mark, code) if opened else fill(CLOSED, mark, code, form, code, code),
        "head": fill('<summary class="deed__title">%s%s</summary>', capfirst(label), due),
        "link": SafeString("") if opened else fill(LINK, form, code, _("Open the form")),
    }
