"""Files of one's own post: asked for with a purpose, listed, fetched."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actor import PURPOSES
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.cases.actions import exporting, morning
from lianglin.cases.forms import ExportForm
from lianglin.cases.models import Export
from lianglin.kit import clock, lists, paging
from lianglin.kit.domain import WorkList
from lianglin.kit.errors import Refused
from lianglin.kit.typesetting import NoFont

DUTY = "cases.own_work"
TYPES = {
    Export.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Export.Format.CSV: "text/csv; charset=utf-8",
    Export.Format.PDF: "application/pdf",
}


@require_GET
@in_post(DUTY)
def listed(request: HttpRequest) -> HttpResponse:
    """The files of one's own post, the newest first."""
    return _listed(request)


def _listed(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    actor = acting(request)
    own = Export.objects.visible_to(actor, purpose=actor.work_purpose).defer("content")
    page = paging.page(own, "-id", cursor=request.GET.get("cursor", ""), size=20)
    known = {code: wanted.label for code, wanted in lists.all_lists().items()} | {
        morning.LIST: _("Morning sheet")
    }
    rows = [
        {
            "export": found,
            "label": known.get(found.list_code) or found.query.get("title", found.list_code),
            "large": bool(found.query.get("large")) and found.list_code == morning.LIST,
            "tone": {"ready": "good", "asked": "waiting", "refused": "bad"}.get(found.state, "closed"),
            "ready": found.state == Export.State.READY and found.expires_at > clock.now(),
        }
        for found in page.rows
    ]
    waiting = any(row["export"].state == Export.State.ASKED for row in rows)
    context = {"page": page, "rows": rows, "waiting": waiting, "error": error}
    return render(request, "cases/papers.html", context, status=status)


@require_http_methods(["GET", "POST"])
@in_post(DUTY)
def ask(request: HttpRequest) -> HttpResponse:
    """``?list=`` and the filters of the list: what for, in which form; then the background makes it."""
    actor = acting(request)
    given = request.POST if request.method == "POST" else request.GET
    wanted = lists.all_lists().get(given.get("list", ""))
    if wanted is None:
        raise Http404
    actor.require(wanted.duty)
    query = narrowed(wanted, actor, given)
    purposes = [
        (code, PURPOSES[code])
        for code in sorted(actor.purposes, key=lambda code: (code != actor.work_purpose, code))
        if code in PURPOSES
    ]
    form = ExportForm(request.POST if request.method == "POST" else None, purposes=purposes)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data
        try:
            exporting.ask(
                by=actor, list_code=wanted.code, query=query, file_format=chosen["format"],
                purpose=chosen["purpose"], reason=chosen["reason"],
            )  # fmt: skip
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            messages.success(request, _("It is being made. It appears here when it is ready."))
            return see(reverse("cases:papers"))
    return _form(request, form, wanted, query)


def _form(request: HttpRequest, form: ExportForm, wanted: WorkList, query: dict[str, str]) -> HttpResponse:
    actor = acting(request)
    context = {
        "form": form,
        "wanted": wanted,
        "query": query.items(),
        "narrowed": in_words(wanted, actor, query),
        "back": f"{reverse(wanted.url)}?{urlencode(query)}",
        "most": exporting.MOST_ROWS,
        "hours": int(exporting.KEPT.total_seconds() // 3600),
    }
    return render(request, "cases/export.html", context, status=422 if form.errors else 200)


def narrowed(wanted: WorkList, actor: Any, given: Any) -> dict[str, str]:
    """The filters among what was sent, those that are set."""
    return {name: given[name][:80] for name in lists.fields(wanted, actor) if given.get(name)}


def in_words(wanted: WorkList, actor: Any, query: dict[str, str]) -> list[str]:
    """The filters' values as the list shows them."""
    known = lists.fields(wanted, actor)
    return [(known.get(name) or {}).get(value, value) for name, value in query.items()]


@require_GET
@in_post(DUTY)
def fetch(request: HttpRequest, key: UUID) -> HttpResponse:
    """The file itself; that it was fetched is written into the log of looks."""
    found, data = exporting.fetch(by=acting(request), key=key)
    response = HttpResponse(data, content_type=TYPES[Export.Format(found.format)])
    day = clock.local(found.asked_at).strftime("%Y%m%d-%H%M")
    name = f"{found.list_code.replace('.', '-')}-{day}.{found.format}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_POST
@in_post(DUTY)
def sheet(request: HttpRequest) -> HttpResponse:
    """Makes the morning sheet of the acting post, in usual or large type; it is listed for the day."""
    try:
        morning.make_sheet(by=acting(request), large=bool(request.POST.get("large")))
    except NoFont as missing:
        return _listed(request, error=str(missing.message), status=missing.status)
    messages.success(request, _("The morning sheet is ready. It is kept until midnight."))
    return see(reverse("cases:papers"))
