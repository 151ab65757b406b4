"""我的信息: what is held about me, a copy, who looked, my requests. By login, or by the receipt of one matter."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from lianglin.access import audit
from lianglin.access.actions import hold_case
from lianglin.access.actor import Actor, job
from lianglin.access.gate import acting
from lianglin.access.replies import done, see
from lianglin.access.transaction import acting as as_actor
from lianglin.cases import actions as case_actions
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock, throttle
from lianglin.kit.errors import Forbidden
from lianglin.kit.ids import clean_case_number, row_number
from lianglin.kit.spreadsheet import as_csv
from lianglin.kit.views import remember_elder
from lianglin.people.queries.guardians import wards
from lianglin.privacy.actions import requests as actions
from lianglin.privacy.forms.own import AskForm, ReceiptForm, WithdrawForm
from lianglin.privacy.queries import corrections, requests, restricting, subjects
from lianglin.privacy.queries.subjects import Key
from lianglin.privacy.views import consents, correct, words
from lianglin.privacy.views.papers import copy_as_pdf
from lianglin.privacy.views.replies import arrived, file
from lianglin.privacy.views.visitors import key_of, known

LOOKS_A_PAGE = 50
NEWEST = 3


def panel(actor: Actor, _subject: Any) -> dict[str, Any] | None:
    """What 我的 offers about one's own data: the ways to it, and the newest requests; None for who did not log in."""
    if actor.resident_id is None:
        return None
    return {"requests": [words.line(case) for case in requests.mine(actor)[:NEWEST]]}


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def mine(request: HttpRequest) -> HttpResponse:
    """The way in: for somebody known, what can be done; for others, how to prove who they are."""
    actor = acting(request)
    key = key_of(actor)
    form = ReceiptForm(request.POST or None)
    if request.method == "POST" and key is None and actor.account_id is None:

        def act() -> None:
            address = throttle.client_address(request)
            holder = case_actions.claim(**form.cleaned_data, address=address)
            hold_case(request=request, case_id=holder.case_id or 0)

        if answer := done(
            request, form, act, _("Here is what you can do with your data."), reverse("privacy:mine")
        ):
            return answer
    context: dict[str, Any] = {"key": key, "form": form, "signed_in": actor.account_id is not None}
    context |= {
        "wards": wards(actor),
        "acting_for": actor.guardian_id is not None,
        "person": actor.resident_id,
    }
    if key is not None:
        held = requests.held_request(actor)
        context |= {
            "requests": [words.line(case) for case in requests.mine(actor)],
            "held_request": words.line(held) if held else None,
            "restriction": restricting.of_resident(key.id, actor) if key.of == "resident" else None,
        }
    status = 422 if form.is_bound and form.errors else 200
    return remember_elder(request, render(request, "privacy/public/mine.html", context, status=status))


@require_http_methods(["GET", "HEAD", "POST"])
@known
def held(request: HttpRequest, key: Key) -> HttpResponse:
    """What is held, masked; a press on the button shows it in full, once, on this page alone."""
    actor = acting(request)
    plain = request.method == "POST"
    if plain:
        audit.record("privacy.reveal_own", f"privacy.{key.of}", key.id)
    tables = [{"label": found.label, "rows": found.shown(plain=plain)} for found in subjects.held(key, actor)]
    context = {
        "tables": tables,
        "plain": plain,
        "missing": _(", ").join(subjects.not_readable(key, actor)),
        "key": key,
    }
    return render(request, "privacy/public/held.html", context)


@require_safe
@known
def copy(request: HttpRequest, key: Key, code: str) -> HttpResponse:
    """The copy as JSON or PDF, made at this moment."""
    return _copy(key, acting(request), code)


def _copy(key: Key, reader: Actor, code: str) -> HttpResponse:
    now = clock.now()
    if code not in ("json", "pdf"):
        raise Http404
    audit.record("privacy.copy", f"privacy.{key.of}", key.id, values={"form": code})
    if code == "json":
        text = json.dumps(subjects.copy_of(key, reader, now), ensure_ascii=False, indent=1)
        return file(text.encode(), "my-data.json", "application/json")
    looks = subjects.looks(key, reader, limit=subjects.LOOKS)
    data = copy_as_pdf(subjects.held(key, reader), looks, subjects.not_readable(key, reader), now)
    return file(data, "my-data.pdf", "application/pdf")


@require_safe
@known
def looks(request: HttpRequest, key: Key) -> HttpResponse:
    """谁看过我的信息: unit, purpose, time, what; never which employee."""
    asked = request.GET.get("cursor", "")
    behind = row_number(asked) or 2**62
    found = subjects.looks(key, acting(request), behind=behind, limit=LOOKS_A_PAGE + 1)
    shown = found[:LOOKS_A_PAGE]
    older = str(shown[-1]["id"]) if len(found) > LOOKS_A_PAGE else ""
    return render(
        request, "privacy/public/looks.html", {"looks": shown, "older": older, "later": bool(asked)}
    )


@require_safe
@known
def looks_csv(request: HttpRequest, key: Key) -> HttpResponse:
    """The same to take home."""
    head = [_("Time"), _("Unit"), _("Purpose"), _("What was shown")]
    found = subjects.looks(key, acting(request), limit=subjects.LOOKS)
    rows = [[clock.local(look["at"]).isoformat(timespec="minutes"), look["unit"], look["purpose"], look["what"]]
            for look in found]  # fmt: skip
    return file(as_csv([head, *rows]), "who-looked.csv", "text/csv; charset=utf-8")


@require_http_methods(["GET", "HEAD", "POST"])
@known
def ask(request: HttpRequest, key: Key) -> HttpResponse:
    """A request: what, and about which data. The receipt is shown once, on the next page."""
    actor, made = acting(request), []
    restriction = restricting.of_resident(key.id, actor) if key.of == "resident" else None
    form = AskForm(request.POST or None, restricted=restriction is not None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            acting_for = "self" if actor.guardian_id is None else "guardian"
            made.append(actions.ask(asked=actions.Asked(given["kind"], given["text"], acting_for), by=actor))

        if done(request, form, act, _("Your request has arrived."), reverse("privacy:mine")):
            return arrived(request, made[0])
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "privacy/public/ask.html", {"form": form, "key": key}, status=status)


@require_safe
@known
def open_request(request: HttpRequest, key: Key, number: str) -> HttpResponse:
    """One of the own requests, by login."""
    return _shown(request, _own(acting(request), number))


@require_safe
@known
def request_page(request: HttpRequest, key: Key) -> HttpResponse:
    """The request whose receipt was shown."""
    case = requests.held_request(acting(request))
    return _shown(request, case) if case else HttpResponseRedirect(reverse("privacy:mine"))


def _own(actor: Actor, number: str) -> Case:
    try:
        wanted = clean_case_number(number)
    except ValueError as error:
        raise Http404 from error
    found = next((case for case in requests.mine(actor) if case.number == wanted), None)
    if found is None:
        raise Http404
    try:
        holder = actions.hold(found.pk, by=actor)
    except Forbidden as error:
        raise Http404 from error
    case = requests.held_request(holder)
    if case is None:
        raise Http404
    return case


def _shown(request: HttpRequest, case: Case) -> HttpResponse:
    holder = Actor(
        role="resident", case_id=case.pk, duties=acting(request).duties, purposes=acting(request).purposes
    )
    steps = cases.steps(case, holder)
    context = {
        **words.line(case),
        "case": case,
        "asked": case.rights_request,
        "steps": words.steps(case, steps),
        "answer": words.answer(steps),
        "ground": case.rights_request.get_ground_display(),
        "may_withdraw": not case.lifecycle.state(case.state).final,
        "may_copy": acting(request).case_id == case.pk and _granted(case),
        "left": cases.time_left(case),
        "wish": _wish(case, holder),
        "form": WithdrawForm(initial={"version": case.version}),
    }
    return render(request, "privacy/public/request.html", context)


def _wish(case: Case, holder: Actor) -> Any:
    asked = case.rights_request
    return corrections.wish_of(case, asked, holder) if asked.kind == "correct" else None


@require_POST
@known
def withdraw(request: HttpRequest, key: Key, number: str) -> HttpResponse:
    """Takes one of the own requests back."""
    actor, form = acting(request), WithdrawForm(request.POST)
    held_one = requests.held_request(actor)
    if held_one is None or held_one.number != number:
        held_one = _own(actor, number)
        actor = actions.hold(held_one.pk, by=acting(request))
    if form.is_valid():
        actions.withdraw(held_one.pk, by=actor, seen_version=form.cleaned_data["version"])
        messages.success(request, _("Withdrawn. Nothing more is done about it."))
    return see(reverse("privacy:mine"))


@require_safe
@known
def granted_copy(request: HttpRequest, key: Key, code: str) -> HttpResponse:
    """The copy for somebody without a login: on the receipt of a request to see or copy that was granted."""
    case = requests.held_request(acting(request))
    if case is None or not _granted(case):
        raise Http404
    asked = case.rights_request
    with as_actor(job()) as reader:
        return _copy(Key(asked.subject_kind, asked.subject_id), reader, code)


GRANTED_FOR = timedelta(days=30)
"""How long a receipt opens the copy that was granted: it shows what is held on the day it is fetched."""


def _granted(case: Case) -> bool:
    asked = case.rights_request
    fresh = case.closed_at is not None and clock.now() - case.closed_at < GRANTED_FOR
    return case.state == "fulfilled" and fresh and asked.kind in ("see", "copy") and bool(asked.subject_id)


routes: list[URLPattern] = [
    path("mine/", mine, name="mine"),
    path("mine/held/", held, name="held"),
    path("mine/copy/<slug:code>/", copy, name="copy"),
    path("mine/looks/", looks, name="looks"),
    path("mine/looks/all.csv", looks_csv, name="looks_csv"),
    path("mine/ask/", ask, name="ask"),
    *correct.routes,
    *consents.routes,
    path("mine/request/", request_page, name="request"),
    path("mine/request/copy/<slug:code>/", granted_copy, name="granted_copy"),
    path("mine/requests/<str:number>/", open_request, name="open_request"),
    path("mine/requests/<str:number>/withdraw/", withdraw, name="withdraw"),
]
