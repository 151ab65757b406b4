"""Files of places: brought, looked through, taken over. The report as a page, as JSON and as a table."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.gazetteer.actions import imports as act
from lianglin.gazetteer.forms import ImportForm
from lianglin.gazetteer.models import PlaceImport
from lianglin.gazetteer.queries import imports as read
from lianglin.gazetteer.queries.words import said
from lianglin.gazetteer.tasks import order_import
from lianglin.kit.errors import Missing
from lianglin.kit.paging import page
from lianglin.kit.spreadsheet import as_csv

TONES = {"checked": "new", "waiting": "waiting", "applied": "good", "failed": "bad"}
LEVELS = {"error": "bad", "warning": "warn", "note": "plain"}


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def listed(request: HttpRequest) -> HttpResponse:
    """The files of the post's area, and the form that brings one."""
    actor = acting(request)
    form = ImportForm(request.POST, request.FILES) if request.method == "POST" else ImportForm()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if getattr(data["file"], "cut_off", False):
            form.add_error(
                "file", _("The file is too large for this page. Use the command “lianglin places import”.")
            )
        else:
            made = act.bring(
                by=actor, kind=data["kind"], file_name=data["file"].name, content=data["file"].read(),
                datum=data["datum"], valid_from=data["valid_from"],
            )  # fmt: skip
            return HttpResponseRedirect(reverse("gazetteer:import", args=[made.pk]))
    found = page(read.imports(actor), "-id", cursor=request.GET.get("cursor", ""))
    rows = [{"file": one, "tone": TONES[one.state]} for one in found.rows]
    status = 422 if form.is_bound and form.errors else 200
    return render(
        request, "gazetteer/imports.html", {"form": form, "page": found, "rows": rows}, status=status
    )


def _own(request: HttpRequest, pk: int) -> PlaceImport:
    found = read.imports(acting(request)).filter(pk=pk).defer(None).defer("content").first()
    if found is None:
        raise Missing(_("There is no such upload in the area of your post."))
    return found


def _findings(found: PlaceImport) -> list[dict[str, Any]]:
    return [
        {
            **finding,
            "said": said(finding),
            "tone": LEVELS[finding["level"]],
            "level_said": _level(finding["level"]),
        }
        for finding in found.report.get("findings", [])
    ]


def _level(level: str) -> str:
    return {"error": _("error"), "warning": _("left out or doubtful"), "note": _("note")}[level]


@require_http_methods(["GET", "HEAD", "POST"])
@in_post("places.manage")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A file's report; with a press it is taken over."""
    found = _own(request, pk)
    if request.method == "POST":
        order_import(act.take_over(by=acting(request), pk=pk).pk)
        return HttpResponseRedirect(reverse("gazetteer:import", args=[pk]))
    crumbs = [(_("Imports of places"), reverse("gazetteer:imports")), (found.file_name, "")]
    context = {"file": found, "tone": TONES[found.state], "findings": _findings(found), "crumbs": crumbs}
    return render(request, "gazetteer/import.html", context)


@require_safe
@in_post("places.manage")
def report_json(request: HttpRequest, pk: int) -> JsonResponse:
    """The report as it is stored."""
    found = _own(request, pk)
    answer = {"file": found.file_name, "kind": found.kind, "sha256": found.digest, **found.report}
    return JsonResponse(answer, json_dumps_params={"ensure_ascii": False, "indent": 1})


@require_safe
@in_post("places.manage")
def report_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """The findings as a table, in words."""
    found = _own(request, pk)
    rows = [[one["level_said"], one["where"], one["said"]] for one in _findings(found)]
    content = as_csv([[_("Level"), _("Row or place"), _("Finding")], *rows])
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{pk}.csv"'
    return response
