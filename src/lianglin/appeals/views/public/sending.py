"""Everything once more, sent once; or begun anew."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from lianglin.access.actions import hold_case
from lianglin.access.gate import acting
from lianglin.access.replies import see
from lianglin.access.transaction import running, together
from lianglin.appeals import actions
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import Draft
from lianglin.appeals.forms.public import BY_PHONE
from lianglin.appeals.queries.questions import questions_of
from lianglin.appeals.rules.emergency import numbers_for
from lianglin.appeals.rules.questions import said
from lianglin.appeals.views.own import expired_words
from lianglin.appeals.views.public import later
from lianglin.appeals.views.public.answers import maybe
from lianglin.appeals.views.public.steps import show, too_early
from lianglin.cases.actions import CLAIM_WINDOW, Place
from lianglin.files import actions as files
from lianglin.files import queries as files_queries
from lianglin.kit import throttle
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import HouseError, Refused
from lianglin.kit.idempotency import once
from lianglin.places.search import Spot

SENDS_FROM_ONE_ADDRESS = 60
"""Reports from one address in 15 minutes: an office or a service desk is one address."""


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Any) -> HttpResponse:
    """Everything once more, each answer with a way to change it; then it is sent, once."""
    draft = drafts.load(request.session)
    error: HouseError | None = None
    if request.method == "POST" and not request.expired:
        if later.wanted(request):
            return later.put_aside(request, draft)
        try:
            slip = _send(request, draft)
        except HouseError as refused:
            error = refused
        else:
            later.forget(request, draft)
            drafts.drop(request.session)
            drafts.keep_slip(request.session, slip)
            hold_case(request=request, case_id=slip["case"])
            return see(reverse("appeals:report_sent"))
    if error is None and (early := too_early(draft, "check")):
        return early
    if request.expired:
        error = Refused(expired_words())
    context = {
        "spot": draft.spot(),
        "waiting": files_queries.parked(draft.key),
        "error": error,
        "by_phone": draft.reach == BY_PHONE,
        "maybe": maybe(draft),
        "told": [
            (one.text, said(one.asked, draft.answers[one.code]))
            for one in questions_of(draft.found_item())
            if draft.answers.get(one.code)
        ],
        "danger": bool(numbers_for(draft.text)),
    }
    response = show(request, "check", draft, None, **context)
    response.status_code = response.status_code if error is None or request.expired else error.status
    return response


def _send(request: HttpRequest, draft: Draft) -> dict[str, Any]:
    """Sends the report under its one-time key: a double click, a reload or a lost answer gives the same receipt."""
    throttle.hit(
        "submit-from", throttle.client_address(request), limit=SENDS_FROM_ONE_ADDRESS, window=CLAIM_WINDOW
    )
    key = request.POST.get("key", "")[:64]

    def work() -> tuple[int, dict[str, Any]]:
        spot = draft.spot() if key == draft.key and draft.open_step() == "check" else None
        if spot is None:
            raise Refused(
                _(
                    "This report is no longer here: it was sent or begun anew. Begin again, or look it up with its receipt."
                )
            )
        return 201, _submit(request, draft, spot)

    _status, slip = once(who="report", key=key, body=key.encode(), produce=work)
    return slip


def _submit(request: HttpRequest, draft: Draft, spot: Spot) -> dict[str, Any]:
    actor = acting(request)
    narrow = spot.label if spot.building or spot.compound else ""
    place = Place(
        community=spot.community, building=spot.building, compound=spot.compound, lon=draft.lon, lat=draft.lat,
        text=" ".join(filter(None, (narrow, draft.place_text)))[:160],
    )  # fmt: skip
    reporter = actions.Reporter(
        draft.name, draft.phone, draft.entity, draft.confidential, draft.entity_name, draft.uscc, draft.headcount,
        tuple((name, phone) for name, phone in draft.representatives),
    )  # fmt: skip
    channel = "desk" if actor.role == "staff" else "web"
    with together():
        made = actions.submit(
            by=actor,
            place=place,
            text=draft.text,
            item=draft.found_item(),
            reporter=reporter,
            channel=channel,
            answers=draft.fitting_answers(),
        )
        case = made.case
        if draft.joins:
            actions.ask_to_join(case, draft.joins)
        files.attach_parked(key=draft.key, case_id=case.pk, scope_code=case.scope_code, by=running().actor)
    return {
        "case": case.pk,
        "number": case.number,
        "secret": made.secret,
        "item": draft.item,
        "joins": bool(draft.joins),
        "place": place.text or spot.community.name,
    }


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Begins anew: the answers and pictures of the draft are forgotten."""
    draft = drafts.load(request.session)
    for waiting in files_queries.parked(draft.key):
        files.unpark(name=waiting.name, key=draft.key)
    later.forget(request, draft)
    drafts.drop(request.session)
    return see(reverse("appeals:report"))
