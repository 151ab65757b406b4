"""The residents of the own place, masked; and the search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from lianglin.access import audit
from lianglin.access.gate import acting, in_post
from lianglin.kit import clock
from lianglin.kit.paging import page
from lianglin.people import rules
from lianglin.people.forms.search import SearchForm
from lianglin.people.models import Resident
from lianglin.people.queries import search


@require_http_methods(["GET", "POST"])
@in_post("people.read")
def index(request: HttpRequest) -> HttpResponse:
    """Residents page by page, or who fits a question. The question goes by POST, so that no log keeps a name."""
    actor = acting(request)
    form = SearchForm(request.POST or None)
    asked = form.cleaned_data["q"].strip() if form.is_bound and form.is_valid() else ""
    context: dict[str, Any] = {"form": form, "asked": bool(asked)}
    if asked:
        found = search.search(asked, actor=actor)
        audit.record(
            "people.search",
            "people.Resident",
            found.kind,
            scope_code=actor.low,
            values={"found": len(found.people)},
        )
        context |= {"rows": [row(person) for person in found.people], "found": found, "said": _said(found)}
    else:
        listed = page(search.residents(actor), "id", cursor=request.GET.get("cursor", ""))
        context |= {"rows": [row(person) for person in listed.rows], "page": listed}
    return render(request, "people/index.html", context)


def row(person: Resident) -> dict[str, Any]:
    """A person in a list: masked name, year of birth, sex."""
    return {
        "id": person.pk,
        "name": rules.mask_name(person.name),
        "born": str(person.born_on.year) if person.born_on else "",
        "sex": person.get_sex_display(),
        "child": rules.is_child(person.born_on, clock.today()),
        "gone": person.ended_on is not None,
        "sample": person.sample,
    }


def _said(found: search.Found) -> str:
    if found.kind == "short":
        return _("Type at least two letters, or one character.")
    if found.private:
        return _(
            "%(codes)s is a private character that only some computers show. Type the name's other characters."
        ) % {"codes": ", ".join(found.private)}
    if found.more:
        return _("More than %(most)s fit; these come first. Type more of the name.") % {"most": search.MOST}
    return ""
