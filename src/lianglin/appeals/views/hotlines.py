"""Other hotlines: entered, their files taken in, what became of their orders returned."""

from __future__ import annotations

import json
from itertools import islice
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import hotline as actions
from lianglin.appeals.actions import returning
from lianglin.appeals.forms.hotlines import (
    AcknowledgeForm,
    ColumnsForm,
    FetchForm,
    FileForm,
    SourceForm,
    WordsForm,
)
from lianglin.appeals.models import HotlineImport, HotlineReturn, HotlineSource
from lianglin.appeals.queries import hotline as queries
from lianglin.appeals.rules.hotline import FIELDS, MESSAGES, Finding
from lianglin.appeals.tasks import order_hotline_file
from lianglin.appeals.views.returns import COLUMNS, cells, returned
from lianglin.kit.paging import page
from lianglin.kit.spreadsheet import as_csv

SHOWN = 100
"""Findings on the page; all of them stand in the CSV."""
TONES = {"mapping": "new", "checking": "active", "checked": "waiting", "running": "active", "done": "good",
         "failed": "bad", "dropped": "closed"}  # fmt: skip
RETURN_TONES = {"waiting": "waiting", "returned": "warn", "acknowledged": "good"}
State, Back = HotlineImport.State, HotlineReturn.State


@require_http_methods(["GET", "POST"])
@in_post(actions.IMPORT)
def hotlines(request: HttpRequest) -> HttpResponse:
    """The hotlines that concern the post; and a new one."""
    actor = acting(request)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and (
        answer := done(
            request,
            form,
            lambda: actions.enter_source(by=actor, **form.cleaned_data),
            _("The hotline is entered. Now bring a file, or enter its words."),
            lambda made: reverse("appeals:hotline", args=[made.pk]),
        )
    ):
        return answer
    found = page(queries.sources(actor), "name", "id", cursor=request.GET.get("cursor", ""))
    return render(
        request, "appeals/hotlines/sources.html", {"form": form, "page": found}, status=status_of(form)
    )


def _source(pk: int, request: HttpRequest) -> HotlineSource:
    found = queries.sources(acting(request)).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
@in_post(actions.IMPORT)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One hotline: its files and a new one, what has to go back, its words in ours."""
    actor, source = acting(request), _source(pk, request)
    post = request.method == "POST"
    saying = post and request.POST.get("do") == "words"
    form = FileForm(request.POST, request.FILES) if post and not saying else FileForm()
    words = WordsForm(request.POST if saying else None, source=source)
    answer = None
    if saying:
        here = reverse("appeals:hotline", args=[pk])
        answer = done(request, words, lambda: _change(request, pk, words), _("Kept."), here)
    elif post:
        answer = done(request, form, lambda: _receive(request, source, form), _said_of_file, _to_file)
    if answer is not None:
        return answer
    found = page(queries.imports(source, actor), "-id", cursor=request.GET.get("cursor", ""))
    context = {
        "source": source,
        "form": form,
        "words": words,
        "open_words": saying or "words" in request.GET,
        "own": actor.covers(source.scope_code),
        "page": found,
        "rows": [{"row": row, "tone": TONES[row.state]} for row in found.rows],
        "owed": queries.returns(source, actor).exclude(state=Back.ACKNOWLEDGED)[:1],
    }
    return render(
        request, "appeals/hotlines/source.html", context, status=status_of(words if saying else form)
    )


def _change(request: HttpRequest, pk: int, form: WordsForm) -> None:
    given = form.cleaned_data
    actions.change_source(
        pk, by=acting(request), name=given["name"], values=given["values"], active=given["active"]
    )


def _receive(request: HttpRequest, source: HotlineSource, form: FileForm) -> HotlineImport:
    file = form.cleaned_data["file"]
    made = actions.receive(source=source, file=file.file, name=file.name, by=acting(request))
    if made.state == State.CHECKING:
        order_hotline_file(made.pk)
    return made


def _said_of_file(made: HotlineImport) -> str:
    if made.state == State.CHECKING:
        return _("The file is read and being looked through.")
    return _("The file is read. Now say which column holds what.")


def _to_file(made: HotlineImport) -> str:
    return reverse("appeals:hotline_file", args=[made.pk])


def _file(pk: int, request: HttpRequest) -> HotlineImport:
    record = queries.file(pk, acting(request))
    if record is None:
        raise Http404
    return record


@require_http_methods(["GET", "POST"])
@in_post(actions.IMPORT)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its columns, how far it is, what was found, what can be done now."""
    record, actor = _file(pk, request), acting(request)
    form = ColumnsForm(request.POST or None, record=record)

    def act() -> None:
        actions.name_columns(pk, columns=form.cleaned_data, by=actor)
        order_hotline_file(pk)

    here = reverse("appeals:hotline_file", args=[pk])
    said = _("The file is being looked through.")
    if request.method == "POST" and (answer := done(request, form, act, said, here)):
        return answer
    found = [_said(one) for one in islice(queries.findings(pk, actor), SHOWN)]
    context = {
        "record": record,
        "tone": TONES[record.state],
        "form": form if record.state in (State.MAPPING, State.CHECKED) else None,
        "findings": found,
        "more": len(found) == SHOWN,
        "busy": record.state in (State.CHECKING, State.RUNNING),
        "unknown": [(FIELDS[kind][0], words.items()) for kind, words in record.unknown.items()],
        "earlier": _earlier(record, request),
    }
    return render(request, "appeals/hotlines/file.html", context, status=status_of(form))


def _earlier(record: HotlineImport, request: HttpRequest) -> HotlineImport | None:
    """The same file, taken in before."""
    same = queries.imports(record.source, acting(request)).filter(sha256=record.sha256, state=State.DONE)
    return same.exclude(pk=record.pk).order_by("-id").first()


def _said(found: Finding) -> dict[str, Any]:
    what, how = MESSAGES[found.code]
    tone = "bad" if found.fatal or found.code == "emergency" else "plain"
    return {
        "row": found.row,
        "field": FIELDS[found.field][0],
        "what": what,
        "how": how,
        "fatal": found.fatal,
        "tone": tone,
    }


@require_POST
@in_post(actions.IMPORT)
def press(request: HttpRequest, pk: int) -> HttpResponse:
    """A button of a file: take it in, look through again, throw it away."""
    _file(pk, request)
    actor, what = acting(request), request.POST.get("do", "")
    verbs = {
        "start": (actions.start, _("The orders are being taken in.")),
        "look": (actions.look_again, _("The file is being looked through.")),
        "drop": (actions.drop, _("The rows of the file are thrown away.")),
    }
    if what not in verbs:
        raise Http404
    verb, said = verbs[what]

    def act() -> None:
        verb(pk, by=actor)
        if what != "drop":
            order_hotline_file(pk)

    return pressed(request, act, said, reverse("appeals:hotline_file", args=[pk]))


@require_GET
@in_post(actions.IMPORT)
def findings_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Every finding in Chinese and English: row, column, what, how to mend it. Never a value of the file."""
    _file(pk, request)
    rows: list[list[Any]] = [
        ["行 row", "栏目", "field", "问题", "problem", "处理办法", "how to mend", "未导入 left out"]
    ]
    for found in queries.findings(pk, acting(request)):
        words: list[str] = []
        for text in (FIELDS[found.field][0], *MESSAGES[found.code]):
            for language in ("zh-hans", "en"):
                with override(language):
                    words.append(str(text))
        rows.append([found.row, *words, "是 yes" if found.fatal else ""])
    response = HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="hotline-findings-{pk}.csv"'
    return response


# --- on the way back ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@in_post(returning.RETURN)
def returns(request: HttpRequest, pk: int) -> HttpResponse:
    """What goes back to a hotline: waiting, returned and not acknowledged, acknowledged; and the acknowledgement."""
    actor, source = acting(request), _source(pk, request)
    form = AcknowledgeForm(request.POST or None)
    here = reverse("appeals:hotline_returns", args=[pk])

    def act() -> returning.Acknowledged:
        return returning.acknowledge(source=source, by=actor, numbers=form.cleaned_data["numbers"])

    if request.method == "POST" and (answer := done(request, form, act, _said_of_receipt, here)):
        return answer
    state = request.GET.get("state", Back.WAITING)
    state = state if state in Back.values else Back.WAITING
    found = page(
        queries.returns(source, actor).filter(state=state), "-id", cursor=request.GET.get("cursor", "")
    )
    context = {
        "source": source,
        "form": form,
        "fetch": FetchForm(),
        "page": found,
        "rows": [returned(one) | {"tone": RETURN_TONES[one.state]} for one in found.rows],
        "state": state,
        "tabs": [
            {"label": Back(code).label, "url": f"{here}?state={code}", "current": code == state}
            for code in Back.values
        ],
    }
    return render(request, "appeals/hotlines/returns.html", context, status=status_of(form))


def _said_of_receipt(told: returning.Acknowledged) -> str:
    said = ngettext("%(n)d return is acknowledged.", "%(n)d returns are acknowledged.", told.new) % {
        "n": told.new
    }
    if told.unknown:
        numbers = "、".join(told.unknown[:10])
        said += " " + _("Nothing was returned under: %(numbers)s.") % {"numbers": numbers}
    return said


@require_POST
@in_post(returning.RETURN)
def take_away(request: HttpRequest, pk: int) -> HttpResponse:
    """The file for the hotline: all that waits and what it has not acknowledged; what waited is returned from now on."""
    source, kind = _source(pk, request), request.POST.get("kind", "csv")
    again = "again" in request.POST
    found = returning.hand_over(source=source, by=acting(request), way="file", again=again)
    if not found:
        messages.info(request, _("Nothing waits to be returned."))
        return pressed(
            request, lambda: None, _("The list is up to date."), reverse("appeals:hotline_returns", args=[pk])
        )
    if kind == "json":
        text = json.dumps(
            [dict(zip(COLUMNS, cells(one), strict=True)) for one in found], ensure_ascii=False, indent=1
        )
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    else:
        response = HttpResponse(
            as_csv([list(COLUMNS), *(cells(one) for one in found)]), content_type="text/csv; charset=utf-8"
        )
        kind = "csv"
    response["Content-Disposition"] = f'attachment; filename="returns-{source.code}.{kind}"'
    return response


routes: list[URLPattern] = [
    path("hotlines/", hotlines, name="hotlines"),
    path("hotlines/<int:pk>/", one, name="hotline"),
    path("hotlines/<int:pk>/returns/", returns, name="hotline_returns"),
    path("hotlines/<int:pk>/returns/file/", take_away, name="hotline_returns_file"),
    path("hotlines/files/<int:pk>/", file, name="hotline_file"),
    path("hotlines/files/<int:pk>/do/", press, name="hotline_press"),
    path("hotlines/files/<int:pk>/findings.csv", findings_csv, name="hotline_findings"),
]
