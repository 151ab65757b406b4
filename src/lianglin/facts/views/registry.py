"""The registry of data elements: who owns which datum, what it means, how it comes in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.again import recently_proved
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.facts import actions, registry
from lianglin.facts.forms import FilterForm, ImportForm
from lianglin.kit import pinyin
from lianglin.kit.errors import Refused

LARGEST = 2 * 1024**2


@require_GET
@in_post("facts.registry")
def index(request: HttpRequest) -> HttpResponse:
    """Every data element by code; searched by characters, pinyin, initials, English words."""
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    found = [
        element
        for element in registry.elements().values()
        if (not chosen.get("kind") or element.object_class == chosen["kind"])
        and _fits(element, chosen.get("q", ""))
    ]
    shown = {"form": form, "elements": found, "manage": acting(request).may("facts.manage")}
    return render(request, "facts/registry.html", shown)


def _fits(element: Any, asked: str) -> bool:
    if not asked.strip():
        return True
    text = asked.strip().lower()
    if text in element.code or text in element.name_en.lower() or text in element.steward:
        return True
    return pinyin.rank(pinyin.clean(asked), pinyin.ready(element.name)) is not None


@require_GET
@in_post("facts.registry")
@recently_proved
def export(request: HttpRequest) -> HttpResponse:
    """The registry as CSV, in the form that the import reads."""
    answer = HttpResponse(
        registry.to_csv(registry.elements().values()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="data-elements.csv"'
    return answer


@require_GET
@in_post("facts.registry")
@recently_proved
def export_json(request: HttpRequest) -> HttpResponse:
    """The same as JSON."""
    answer = HttpResponse(registry.to_json(registry.elements().values()), content_type="application/json")
    answer["Content-Disposition"] = 'attachment; filename="data-elements.json"'
    return answer


@require_GET
@in_post("facts.registry")
def element(request: HttpRequest, code: str) -> HttpResponse:
    """One data element: definition, steward, values, freshness, legal basis, what is computed from it."""
    found = registry.elements().get(code)
    if found is None:
        raise Http404
    used = [e for e in registry.elements().values() if code in e.derived_from.split(";")]
    values = list(registry.permitted().get(found.domain, {}).values())
    shown = {"element": found, "values": values, "used": used, "facts": _facts(found)}
    return render(request, "facts/element.html", shown)


def _facts(found: Any) -> list[tuple[str, Any]]:
    fresh = _("%(n)s days") % {"n": found.freshness_days} if found.freshness_days else _("does not age")
    return [
        (_("Code"), found.code),
        (_("Object class"), found.get_object_class_display()),
        (_("Definition"), found.meaning),
        (
            _("Kind of value"),
            " · ".join(filter(None, (str(found.get_kind_display()), found.unit, found.domain))),
        ),
        (_("Steward"), found.steward),
        (_("Source of the rule"), found.standard),
        (_("Fresh for"), fresh),
        (_("Class of personal information"), found.get_sensitivity_display()),
        (_("Legal basis"), found.get_basis_display()),
        (_("Kept for"), found.keep),
        (_("Computed from"), found.derived_from.replace(";", ", ")),
    ]


@require_http_methods(["GET", "POST"])
@in_post("facts.manage")
def take_in(request: HttpRequest) -> HttpResponse:
    """A file of elements: first checked, with every error by row; then taken in whole or not at all."""
    form = ImportForm(request.POST or None, request.FILES or None)
    reading, status = None, 200
    if request.method == "POST" and form.is_valid():
        content = form.cleaned_data["file"].read(LARGEST + 1)
        if len(content) > LARGEST:
            form.add_error("file", _("The file is larger than 2 MB. A registry is a few hundred rows."))
        elif "apply" in request.POST:
            try:
                reading = actions.import_elements(content, by=acting(request))
            except Refused as refused:
                reading = registry.read(content)
                form.add_error("file", str(refused.message))
            else:
                done = _("Taken in: %(new)s new, %(changed)s changed, %(same)s as before.")
                messages.success(
                    request, done % {"new": reading.new, "changed": reading.changed, "same": reading.same}
                )
                return see(reverse("facts:registry"))
        else:
            reading = registry.read(content)
    if form.errors or (reading and reading.errors):
        status = 422
    return render(request, "facts/import.html", {"form": form, "reading": reading}, status=status)
