"""Recording what somebody told, quickly: one page, one receipt."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actions import log_looks
from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import see
from lianglin.access.transaction import together
from lianglin.appeals import actions
from lianglin.appeals.actions import mails
from lianglin.appeals.actions.item_advice import note_item_advice
from lianglin.appeals.forms.record import ACCESS_KEYS, RecordForm, items_named
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue, knowledge, suggesting, who, worklists
from lianglin.appeals.queries.questions import questions_of
from lianglin.appeals.queries.suggesting import Suggestions
from lianglin.appeals.rules.emergency import numbers_for
from lianglin.appeals.views import receipts, words
from lianglin.kit import qr
from lianglin.kit.errors import HouseError
from lianglin.kit.idempotency import once
from lianglin.kit.ids import clean_phone
from lianglin.kit.signs import local_dt
from lianglin.places.queries import cover


@require_http_methods(["GET", "POST"])
@in_post("appeals.intake")
def new(request: HttpRequest) -> HttpResponse:
    """The form; sent, it opens an appeal (answered on the spot if it was) and goes on to the receipt."""
    actor = acting(request)
    if request.method == "GET":
        return _form(request, RecordForm(actor=actor, initial=_begun(request, actor)))
    if "take" in request.POST or "suggest" in request.POST:
        return _pointed(request, actor)
    if request.POST.get("do") in HELPS:
        return _help(request, actor, request.POST["do"])
    form = RecordForm(request.POST, actor=actor)
    item = _item_asked(request.POST.get("item", ""))
    form.ask(questions_of(item), must=False)
    if form.is_valid() and form.asked and item is not None and request.POST.get("asked") != item.code:
        form.add_error(None, _("This item asks more. Ask what the person can say, then record it."))
    if not form.is_valid():
        return _form(request, form, item=item, status=422)
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


def _begun(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    """How the form begins: with the channel of the address, or with a mail that waits."""
    pk = request.GET.get("mail", "")
    mail = mails.found(int(pk), actor) if pk.isdecimal() and len(pk) < 19 else None
    if mail is None or mail.state != mail.State.WAITING:
        return {"channel": request.GET.get("channel", "phone")}
    text = "\n".join(part for part in (str(mail.subject or ""), str(mail.text or "")) if part)
    note = " ".join(part for part in (str(mail.name or ""), str(mail.address or "")) if part)[:80]
    return {"channel": "email", "mail": mail.pk, "text": text, "name": mail.name or "", "channel_note": note}


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
            answers=form.answers(),
            channel_note=given["channel_note"],
        )
        note_item_advice(made.case, form.advised(), given["item"], by=actor)
        if given["mail"]:
            mails.record(given["mail"], made.case, by=actor)
        if given["answered"]:
            actions.answer_now(
                made.case.pk, by=actor, outcome=given["outcome"], note=given["answer"], entry=given["entry"]
            )
    return 201, {"number": made.case.number, "secret": made.secret}


HELPS = frozenset({"lookup", "suggest"})
"""Buttons that look something up and save nothing."""


def _item_asked(text: str) -> Item | None:
    """The one item that a text names, if it names one."""
    found = items_named(text.strip()[:60]) or []
    return found[0] if len(found) == 1 else None


def _refilled(
    request: HttpRequest, actor: Actor, **instead: str
) -> tuple[RecordForm, Item | None, dict[str, str]]:
    """The form as far as it was filled in; nothing is sent."""
    sent = {name: value[:4000] for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    given = sent | instead
    ticked = {name: name in given for name in ("entity", "confidential", "answered", "agreed")}
    form, item = RecordForm(initial=given | ticked, actor=actor), _item_asked(given.get("item", ""))
    form.ask(questions_of(item), must=False)
    return form, item, given


def _pointed(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The form as it was filled in, with a suggested item taken over, or with items suggested."""
    taken = catalogue.item_of(request.POST.get("take", ""))
    form, item, given = _refilled(request, actor, **({"item": taken.label} if taken else {}))
    form.found = worklists.places_named(actor, given.get("where", "").strip()[:120])
    return _form(request, form, item=item, suggested=suggesting.suggestions(given.get("text", "")))


def _help(request: HttpRequest, actor: Actor, what: str) -> HttpResponse:
    """The form as it was filled in, with what was looked up: the number's open matters, or answers that fit."""
    form, item, given = _refilled(request, actor)
    more: dict[str, Any] = {}
    if what == "suggest":
        code = item.code if item else ""
        more["entries"] = knowledge.find(
            given.get("text", "")[:2000], item=code, scope_code=actor.low, limit=6
        )
        more["looked_for"] = True
    elif not given.get("agreed"):
        more["lookup"] = {"refused": _("Ask the person first, and say here that they agree.")}
    else:
        more["lookup"] = _open_matters(actor, given.get("phone", ""))
    return _form(request, form, item=item, more=more)


def _open_matters(actor: Actor, phone: str) -> dict[str, Any]:
    """The open matters of a number in the area; each look is written down, as the person can read."""
    try:
        found = who.open_of_phone(actor, clean_phone(phone))
    except ValueError:
        return {"refused": _("Write a mobile number of 11 digits, or a fixed number with its area code.")}
    seen = [(case.scope_code, case.pk, None) for case in found]
    log_looks(seen, by=actor, purpose="handle_case", what=SAME_NUMBER)
    return {"rows": [{"case": case, "number": words.grouped(case.number)} for case in found]}


SAME_NUMBER = gettext_noop("that the number has an open matter")
"""What the log of looks says was shown."""


@require_GET
@in_post("appeals.intake")
def questions(request: HttpRequest) -> HttpResponse:
    """The extra questions of the item that is typed, as fields; for the page that asks for them while one types."""
    form, item = RecordForm(actor=acting(request)), _item_asked(request.GET.get("item", ""))
    form.ask(questions_of(item), must=False)
    return render(request, "appeals/desk/_questions.html", {"form": form, "asked_item": item})


def _form(
    request: HttpRequest,
    form: RecordForm,
    *,
    item: Item | None = None,
    more: dict[str, Any] | None = None,
    suggested: Suggestions | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        **(more or {}),
        "suggested": suggested,
        "advised": suggested.packed if suggested else request.POST.get("advised", "")[:80],
        "asked_item": item,
        "keys": [(form.fields[name].label, key) for name, key in ACCESS_KEYS.items()],
        "group_open": any(
            form[name].value() for name in ("entity", "entity_name", "uscc", "headcount", "representatives")
        ),
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
