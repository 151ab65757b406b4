"""The boxes in which the desk's page of one appeal offers what can be done, written in Python: a page has five."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from lianglin.kit.markup import escaped, fill

FETCHED = ' hx-get="%s" hx-trigger="toggle once" hx-target="#do-%s > .deed__body" hx-select="#do-%s > .deed__body" hx-swap="outerHTML"'
LINK = '<p class="actions"><a class="button button--second" href="%s#do-%s">%s</a></p>'


def box(code: str, label: str, *, here: str, expected: bool, opened: bool) -> SafeString:
    """The box up to where its form begins. A closed one holds the link to its form, which it fetches when it opens."""
    form = f"{here}?move={code}"
    due = fill('<span class="deed__due">%s</span>', _("due now")) if expected else ""
    return SafeString(
        f'<details class="deed card{" deed--expected" if expected else ""}" id="do-{code}" name="deed"'
        f"{' open' if opened else fill(FETCHED, form, code, code)}>"
        f'<summary class="deed__title">{escaped(capfirst(label))}{due}</summary><div class="deed__body">'
        f"{'' if opened else fill(LINK, form, code, _('Open the form'))}"
    )
