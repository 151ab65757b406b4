"""The parameters as an Excel workbook: taken out, brought back, compared, and entered for a second person to approve."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import pressed, status_of
from lianglin.benefits.actions import parameters as actions
from lianglin.benefits.forms.parameters import TableForm
from lianglin.benefits.queries import tables as queries
from lianglin.benefits.rules import workbook
from lianglin.benefits.rules.figures import Entry
from lianglin.benefits.rules.life import DRAFT, READ
from lianglin.kit import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SALT = "benefits.parameter_table"
SHOWN = 300


@require_safe
@in_post(READ)
def table(request: HttpRequest) -> HttpResponse:
    """The workbook."""
    note = "金额写元；不知道的写“待填”。填写后上传，由另一人批准后生效。"
    answer = HttpResponse(workbook.write(queries.rows(), note), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="parameters-{clock.today():%Y%m%d}.xlsx"'
    return answer


@require_http_methods(["GET", "POST"])
@in_post(DRAFT)
def upload(request: HttpRequest) -> HttpResponse:
    """A workbook is compared first; what was compared is entered with a second press."""
    if request.method == "POST" and "compared" in request.POST:
        return _enter(request)
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form}
    if form.is_bound and form.is_valid():
        context |= _compared(form)
    return render(request, "benefits/parameters/upload.html", context, status=status_of(form))


def _compared(form: TableForm) -> dict[str, Any]:
    try:
        rows, bad = workbook.read(form.cleaned_data["file"].file)
    except workbook.BadWorkbook as error:
        form.add_error("file", book_words(error))
        return {}
    found = queries.difference(rows)
    wrong = [(one.cell, cell_words(one.code), one.text) for one in (*bad, *found.wrong)]
    if wrong:
        form.add_error(
            "file", _("Nothing was entered. Mend the cells that are listed, and bring the file again.")
        )
        return {"wrong": wrong[:SHOWN]}
    entries = [asdict(change.entry) for change in found.changes]
    token = signing.dumps(
        [{**one, "from_on": str(one["from_on"]), "to_on": str(one["to_on"] or "")} for one in entries],
        salt=SALT,
        compress=True,
    )
    return {
        "changes": found.changes[:SHOWN],
        "many": len(found.changes),
        "same": found.same,
        "token": token,
        "compared": True,
    }


def _enter(request: HttpRequest) -> HttpResponse:
    actor, here = acting(request), reverse("benefits:parameters")
    try:
        given: list[dict[str, Any]] = signing.loads(request.POST["compared"], salt=SALT, max_age=3600)
    except signing.BadSignature:
        return pressed(request, _stale, "", reverse("benefits:parameter_upload"))
    entries = [
        Entry(**{**one, "from_on": date.fromisoformat(one["from_on"]), "to_on": _day(one["to_on"])})
        for one in given
    ]
    return pressed(
        request,
        lambda: actions.enter_all(by=actor, entries=entries),
        _("Entered. They count once a second person has approved them."),
        here,
    )


def _stale() -> None:
    raise actions.Refused(_("The comparison is too old. Bring the file again."))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def book_words(error: workbook.BadWorkbook) -> str:
    """Why a file is no workbook of parameters."""
    return {
        "kind": _("This is no Excel file that can be read. Save it as .xlsx and bring it again."),
        "bomb": _("The file unpacks to more than a table can be."),
        "rows": _("The file has too many rows."),
        "head": _("The first row of the sheet “%(sheet)s” is not that of the table. Take the table out anew.")
        % {"sheet": error.where},
    }[error.code]


def cell_words(code: str) -> str:
    """What is wrong with a cell."""
    said = {
        "formula": _("A formula is not taken. Write the value itself."),
        "long": _("The text is too long."),
        "name": _("There is no parameter with this name."),
        "order": _("The last day lies before the first."),
        "area": _("This is no code of an area."),
        "document": _("Write the document that sets it, with its number."),
        "twice": _("This value stands in the file twice."),
    }
    return said[code] if code in said else actions.value_words(code)
