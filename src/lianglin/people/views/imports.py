"""Lists of residents: bring one, name its columns, see what would happen, have it taken in."""

from __future__ import annotations

import io
from itertools import islice
from typing import Any

import xlsxwriter
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed
from lianglin.kit.paging import page
from lianglin.kit.spreadsheet import as_csv
from lianglin.people.actions import importing as actions
from lianglin.people.forms.imports import ColumnsForm, FileForm
from lianglin.people.models import PeopleImport
from lianglin.people.queries import importing as queries
from lianglin.people.rules.importing import FIELDS, MESSAGES, Finding
from lianglin.people.tasks import order_import

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 100
"""Findings on the page; all of them stand in the CSV."""
TONES = {"mapping": "new", "checking": "active", "checked": "waiting", "running": "active", "done": "good",
         "failed": "bad", "dropped": "closed"}  # fmt: skip
State = PeopleImport.State


@require_http_methods(["GET", "POST"])
@in_post("people.import")
def imports(request: HttpRequest) -> HttpResponse:
    """The lists of the area, the newest first; and a new one."""
    actor = acting(request)
    form = FileForm(request.POST or None, request.FILES or None)

    def act() -> PeopleImport:
        file = form.cleaned_data["file"]
        return actions.receive(file=file.file, name=file.name, by=actor)

    def onward(made: PeopleImport) -> str:
        return reverse("people:import", args=[made.pk])

    said = _("The file is read. Now say which column holds what.")
    if request.method == "POST" and (answer := done(request, form, act, said, onward)):
        return answer
    found = page(queries.lists(actor), "-id", cursor=request.GET.get("cursor", ""))
    rows = [{"row": row, "tone": TONES[row.state]} for row in found.rows]
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "people/imports.html", {"form": form, "page": found, "rows": rows}, status=status)


def _found(pk: int, request: HttpRequest) -> PeopleImport:
    record = queries.lists(acting(request)).filter(pk=pk).first()
    if record is None:
        raise Http404
    return record


@require_http_methods(["GET", "POST"])
@in_post("people.import")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One list: its columns, how far it is, what was found, what can be done now."""
    record, actor = _found(pk, request), acting(request)
    form = ColumnsForm(request.POST or None, record=record)

    def act() -> None:
        actions.name_columns(pk, mapping=form.mapping(), by=actor)
        order_import(pk)

    here = reverse("people:import", args=[pk])
    if request.method == "POST" and (
        answer := done(request, form, act, _("The list is being looked through."), here)
    ):
        return answer
    found = [_said(f) for f in islice(queries.findings(pk, actor), SHOWN)]
    context = {
        "record": record,
        "tone": TONES[record.state],
        "form": form if record.state in (State.MAPPING, State.CHECKED) else None,
        "findings": found,
        "more": len(found) == SHOWN,
        "busy": record.state in (State.CHECKING, State.RUNNING),
        "earlier": _earlier(record, request),
    }
    return render(
        request, "people/import.html", context, status=422 if form.is_bound and form.errors else 200
    )


def _earlier(record: PeopleImport, request: HttpRequest) -> PeopleImport | None:
    """The same file, taken in before."""
    same = queries.lists(acting(request)).filter(sha256=record.sha256, state=State.DONE).exclude(pk=record.pk)
    return same.order_by("-id").first()


def _said(found: Finding) -> dict[str, Any]:
    what, how = MESSAGES[found.code]
    return {"row": found.row, "field": FIELDS[found.field][0], "what": what, "how": how, "fatal": found.fatal}


@require_GET
@in_post("people.import")
def template(_request: HttpRequest) -> HttpResponse:
    """An empty list with the headings that are recognised; every column is text, so that no digit is lost."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet, text = book.add_worksheet("居民名单"), book.add_format({"num_format": "@"})
        sheet.set_column(0, len(FIELDS) - 1, 20, text)
        for at, (_label, known) in enumerate(FIELDS.values()):
            sheet.write_string(0, at, known[0], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="residents.xlsx"'
    return answer


@require_POST
@in_post("people.import")
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Has the sound rows taken in."""
    _found(pk, request)

    def act() -> None:
        actions.start(pk, by=acting(request))
        order_import(pk)

    return pressed(request, act, _("The list is being taken in."), reverse("people:import", args=[pk]))


@require_POST
@in_post("people.import")
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Throws the rows of the list away."""
    _found(pk, request)
    said = _("The rows of the list are thrown away.")
    here = reverse("people:import", args=[pk])
    return pressed(request, lambda: actions.drop(pk, by=acting(request)), said, here)


@require_GET
@in_post("people.import")
def findings_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every finding in Chinese and English: row, column, what, how to mend it. Never a value of the list."""
    record = _found(pk, request)
    rows: list[list[Any]] = [
        [
            "行 row",
            "列 column",
            "栏目",
            "field",
            "问题",
            "problem",
            "处理办法",
            "how to mend",
            "未导入 left out",
        ]
    ]
    for found in queries.findings(pk, acting(request)):
        at = record.mapping.get(found.field)
        words: list[str] = []
        for text in (FIELDS[found.field][0], *MESSAGES[found.code]):
            for language in ("zh-hans", "en"):
                with override(language):
                    words.append(str(text))
        rows.append([found.row, "" if at is None else at + 1, *words, "是 yes" if found.fatal else ""])
    response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="findings-{pk}.csv"'
    return response
