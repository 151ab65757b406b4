"""Recording what somebody told, quickly: one page, one receipt."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.access.transaction import together
from lianglin.appeals import actions
from lianglin.appeals.forms.record import RecordForm
from lianglin.appeals.queries import worklists
from lianglin.appeals.rules.emergency import numbers_for
from lianglin.appeals.views import receipts, words
from lianglin.kit import qr
from lianglin.kit.errors import HouseError
from lianglin.kit.idempotency import once
from lianglin.kit.signs import local_dt
from lianglin.places.queries import cover


@require_http_methods(["GET", "POST"])
@in_post("appeals.intake")
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it opens an appeal (answered on the spot if it was) and goes on to the receipt."""
    actor = acting(request)
    if request.method == "GET":
        return _form(
            request, RecordForm(actor=actor, initial={"channel": request.GET.get("channel", "phone")})
        )
    form = RecordForm(request.POST, actor=actor)
    if not form.is_valid():
        return _form(request, form, status=422)
    try:
        _status, receipt = once(
            who=f"account:{actor.account_id}",
            key=form.cleaned_data["once"],
            body=_body(request),
            produce=lambda: _open(form, actor),
        )
    except HouseError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error.message))
        return _form(request, form, status=error.status)
    return see(receipts.keep(request, receipt))


def _body(request: HttpRequest) -> bytes:
    """What was sent, without the token that differs at every sending."""
    sent = {
        name: request.POST.getlist(name) for name in sorted(request.POST) if name != "csrfmiddlewaretoken"
    }
    return json.dumps(sent, ensure_ascii=False).encode()


def _open(form: RecordForm, actor: Actor) -> tuple[int, dict[str, Any]]:
    given = form.cleaned_data
    with together():
        made = actions.submit(
            by=actor,
            place=form.where_to(),
            text=given["text"],
            item=given["item"],
            channel=given["channel"],
            reporter=form.reporter(),
        )
        if given["answered"]:
            actions.answer_now(made.case.pk, by=actor, outcome=given["outcome"], note=given["answer"])
    return 201, {"number": made.case.number, "secret": made.secret}


def _form(request: HttpRequest, form: RecordForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "items": [(item.label, item.category.label) for item in worklists.items()],
        "found": form.found,
        "chosen": form["place"].value(),
        "home": cover().by_code.get(acting(request).low),
    }
    return render(request, "appeals/desk/record.html", context, status=status)


@require_GET
@in_post("appeals.intake")
def places(request: HttpRequest) -> HttpResponse:
    """Places of the area that fit what is typed, as rows to press."""
    text = request.GET.get("where", "").strip()[:120]
    context = {"found": worklists.places_named(acting(request), text), "name": "place", "asked": text}
    return render(request, "places/choices.html", context)


@require_GET
@in_post("appeals.intake")
def done(request: HttpRequest) -> HttpResponse:
    """The receipt, shown once; asked for again, only the way to the next record."""
    receipt = receipts.taken(request)
    if receipt is None:
        return redirect("appeals:record")
    case = worklists.find(acting(request), receipt["number"])
    if case is None:
        return redirect("appeals:record")
    facts = [
        (_("item"), case.appeal.item.label if case.appeal.item else ""),
        (_("place"), words.place(case)),
        (_("state"), case.state_label),
        (_("reported at"), local_dt(case.opened_at)),
        (_("due"), local_dt(case.due_at)),
    ]
    context = {
        "case": case,
        "number": words.grouped(case.number),
        "secret": receipt["secret"],
        "call_now": numbers_for(case.appeal.text),
        "facts": facts,
        "qr": qr.svg(request.build_absolute_uri(f"{reverse('appeals:track')}?number={case.number}")),
    }
    return render(request, "appeals/desk/recorded.html", context)
