"""The dashboard as a file: Word, Excel or PDF of what it shows, with who took it out and when on every page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from lianglin.access import audit
from lianglin.indicators.reports import cockpit, official, word, words
from lianglin.indicators.reports.actions import signing, taken_out
from lianglin.indicators.reports.building import LANGUAGE
from lianglin.indicators.views import asking, desk

TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


@require_safe
def sheet_file(request: HttpRequest, kind: str) -> HttpResponse:
    """What the dashboard shows of a place and month; figures of an area alone, nothing of any person."""
    actor = asking.reader(request)
    if kind not in TYPES:
        raise Http404
    with override(LANGUAGE):
        content, code = _made(request, actor, kind)
    response = HttpResponse(content, content_type=TYPES[kind])
    month = asking.month(request).code
    response["Content-Disposition"] = f'attachment; filename="cockpit-{code or "city"}-{month}.{kind}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _made(request: HttpRequest, actor: Any, kind: str) -> tuple[bytes, str]:
    selected = asking.indicator(request.GET.get("indicator") or desk.favourite())
    if selected.members:
        raise Http404
    sheet = desk.sheet_of(request, actor, selected)
    place, month = sheet.around.place, words.period_name(sheet.month)
    title = f"{place.label}{month}驾驶舱数据"
    shown = cockpit.Shown(sheet, month, below=desk.below_words(sheet.around), trend_of=selected)
    office, post = signing(actor)
    mark = taken_out(office, post)
    audit.record(
        "indicators.cockpit_file", "indicators.IndicatorValue", 0, scope_code=place.code,
        values={"format": kind, "month": sheet.month.code},
    )  # fmt: skip
    if kind == "xlsx":
        return cockpit.workbook(title, shown, mark=mark), place.code
    paper = cockpit.paper(title, shown, signed=office, mark=mark)
    return (word.document(paper) if kind == "docx" else official.document(paper)), place.code
