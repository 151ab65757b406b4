"""Webhooks: the list, a proposal, one with its state and what can be done, its calls; the published schema."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from lianglin.access import again
from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.governance.deciding import TONES, DecideForm, State
from lianglin.access.replies import done, pressed, see, shown_once, status_of
from lianglin.kit import clock, discovery, paging
from lianglin.kit.errors import HouseError, Missing
from lianglin.notices.models import WebhookCall, WebhookEndpoint
from lianglin.notices.webhooks import actions, queries, rules, words
from lianglin.notices.webhooks.forms import EndpointForm
from lianglin.places.areas import area

Run, Call = WebhookEndpoint.Run, WebhookCall.State
SCHEMA = Path(__file__).resolve().parent.parent / "data" / f"webhook-{rules.VERSION}.json"
RUN_TONES = {Run.ON: "good", Run.PAUSED: "waiting", Run.DISABLED: "bad", Run.ENDED: "closed"}
BUTTONS = {
    "pause": (actions.pause, gettext_lazy("Paused. What happens meanwhile waits.")),
    "resume": (actions.resume, gettext_lazy("It is called again. What waited is sent now.")),
    "test": (actions.test, gettext_lazy("A test is on its way. It stands first among the calls below.")),
    "drop": (actions.drop_old_secret, gettext_lazy("The secret before counts no more.")),
    "again": (actions.send_again, gettext_lazy("What was given up is sent again.")),
}


@require_GET
@in_post(actions.READ)
def listed(request: HttpRequest) -> HttpResponse:
    """The webhooks one may see, the newest first; proposals that wait stand out by their state."""
    actor = acting(request)
    found = paging.page(
        queries.endpoints(actor).select_related("unit"), "-id", cursor=request.GET.get("cursor", ""), size=25
    )
    counts = queries.counts([one.pk for one in found.rows], actor)
    rows = [{**_shown(one), "counts": counts.get(one.pk, {})} for one in found.rows]
    return render(
        request,
        "notices/webhooks/list.html",
        {"page": found, "rows": rows, "may_add": actor.may(actions.KEEP)},
    )


def _shown(one: WebhookEndpoint) -> dict[str, Any]:
    """The state of an endpoint in one word, and whose cases it hears of."""
    approved = one.state == State.APPROVED or one.run == Run.ENDED
    return {
        "one": one,
        "said": one.get_run_display() if approved else one.get_state_display(),
        "tone": RUN_TONES[Run(one.run)] if approved else TONES[State(one.state)],
        "whose": one.unit.label if one.unit else _area_words(one.scope_code),
    }


def _area_words(code: str) -> str:
    known = area(code) if code else None
    return known.label if known else code or _("the whole city")


def _find(actor: Actor, pk: int) -> WebhookEndpoint:
    seen = queries.endpoints(actor).select_related("unit", "proposed_post", "decided_post")
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Missing(_("There is no such webhook of yours."))
    return found


@never_cache
@require_http_methods(["GET", "POST"])
@in_post(actions.KEEP)
@again.recently_proved
def new(request: HttpRequest) -> HttpResponse:
    """Proposes one; its secret is shown on the next page, once."""
    actor = acting(request)
    form = EndpointForm(request.POST or None, actor=actor)
    status = 200
    if request.method == "POST":
        status = 200 if form.searching else 422
        if form.is_valid():
            given = dict(form.cleaned_data)
            unit, code = given.pop("unit", None), given.pop("scope_code", "")
            try:
                made = actions.propose(
                    by=actor,
                    wanted=actions.Wanted(**given),
                    unit_id=unit.pk if unit else None,
                    scope_code=code,
                )
            except HouseError as error:
                form.add_error(error.field if error.field in form.fields else None, str(error.message))
                status = error.status
            else:
                return _secret(request, made)
    return render(request, "notices/webhooks/new.html", {"form": form, "whose": _own(actor)}, status=status)


def _own(actor: Actor) -> str:
    """Whose cases a proposal of this post is about; "" where the form asks."""
    if actor.role == "administrator":
        return ""
    return actor.organisation_name if actor.role == "handler" else _area_words(actor.low)


def _secret(request: HttpRequest, made: actions.Made) -> HttpResponse:
    page = render(request, "notices/webhooks/secret.html", {"one": made.endpoint, "secret": made.secret})
    return shown_once(page, reverse("notices:webhook", args=[made.endpoint.pk]))


@never_cache
@require_http_methods(["GET", "POST"])
@in_post(actions.READ)
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One webhook: how it stands, the second person's decision, its calls (``?state=dead``: those given up)."""
    actor = acting(request)
    found = _find(actor, pk)
    form = DecideForm(request.POST if request.method == "POST" else None)
    approve = request.POST.get("do") == "approve"
    answer = form.is_bound and done(
        request,
        form,
        lambda: actions.decide(by=actor, endpoint_id=pk, approve=approve, note=form.cleaned_data["note"]),
        _("Approved. It is called from now on.") if approve else _("Refused."),
        reverse("notices:webhook", args=[pk]),
    )
    return answer or render(
        request, "notices/webhooks/one.html", _context(request, found, form), status=status_of(form)
    )


def _context(request: HttpRequest, found: WebhookEndpoint, form: DecideForm) -> dict[str, Any]:
    actor, asked = acting(request), request.GET.get("state", "")
    state = asked if asked in Call.values else ""
    calls = queries.calls(actor).filter(endpoint_id=found.pk)
    page = paging.page(
        calls.filter(state=state) if state else calls, "-id", cursor=request.GET.get("cursor", ""), size=25
    )
    counts = queries.counts([found.pk], actor).get(found.pk, {})
    here = reverse("notices:webhook", args=[found.pk])
    kinds = discovery.lifecycles()
    keeps = actions.keeps(found, actor)
    return {
        **_shown(found),
        "form": form,
        "may_decide": actions.may_decide(found, actor),
        "own": found.state == State.WAITING and actor.account_id == found.proposed_by_id,
        "keeps": keeps,
        "runs": keeps and found.state == State.APPROVED and found.run != Run.ENDED,
        "kinds": [str(kinds[code].label) if code in kinds else code for code in found.kinds],
        "events": [label for code, label in rules.EVENTS.items() if code in found.events],
        "old_secret": found.secret_before_until and found.secret_before_until > clock.now(),
        "page": page,
        "calls": [words.call(one) for one in page.rows],
        "counts": counts,
        "state": state,
        "tabs": [
            {"label": _("all"), "url": f"{here}#calls", "current": not state},
            {"label": Call.QUEUED.label, "url": f"{here}?state=queued#calls", "current": state == "queued", "count": counts.get("queued", 0)},
            {"label": Call.DEAD.label, "url": f"{here}?state=dead#calls", "current": state == "dead", "count": counts.get("dead", 0)},
        ],
    }  # fmt: skip


@require_POST
@in_post(actions.KEEP)
def press(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the buttons without fields."""
    actor, asked = acting(request), request.POST.get("do", "")
    if asked not in BUTTONS:
        raise Http404
    act, said = BUTTONS[asked]
    here = reverse("notices:webhook", args=[pk])
    return pressed(request, lambda: act(by=actor, endpoint_id=pk), str(said), here)


@require_POST
@in_post(actions.KEEP)
def call_again(request: HttpRequest, pk: int, call: int) -> HttpResponse:
    """Makes one call again under its own number."""
    actor = acting(request)
    here = reverse("notices:webhook", args=[pk])
    return pressed(
        request,
        lambda: actions.send_again(by=actor, endpoint_id=pk, call_id=call),
        _("It is sent again under the same number."),
        here,
    )


@never_cache
@require_http_methods(["GET", "POST"])
@in_post(actions.KEEP)
@again.recently_proved
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, then shows the new secret once; the one before counts for seven days more."""
    actor = acting(request)
    found = _find(actor, pk)
    if request.method == "POST":
        return _secret(request, actions.rotate(by=actor, endpoint_id=pk))
    return render(request, "notices/webhooks/rotate.html", {"one": found, "days": rules.OVERLAP.days})


@require_http_methods(["GET", "POST"])
@in_post(actions.KEEP)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks first, then ends it for good."""
    actor = acting(request)
    found = _find(actor, pk)
    if request.method == "POST":
        said, onward = _("Ended. Nothing is sent there any more."), reverse("notices:webhooks")
        return pressed(request, lambda: actions.end(by=actor, endpoint_id=pk), said, onward)
    if found.run == Run.ENDED:
        return see(reverse("notices:webhook", args=[pk]))
    return render(request, "notices/webhooks/end.html", {"one": found})


@require_safe
def schema(request: HttpRequest) -> HttpResponse:
    """The JSON Schema of what is sent, for whoever writes a receiver; open to all, it holds nobody's data."""
    answer = HttpResponse(SCHEMA.read_bytes(), content_type="application/schema+json")
    answer["Cache-Control"] = "public, max-age=86400"
    return answer


routes: list[URLPattern] = [
    path("webhooks/", listed, name="webhooks"),
    path("webhooks/new/", new, name="webhook_new"),
    path("webhooks/<int:pk>/", one, name="webhook"),
    path("webhooks/<int:pk>/do/", press, name="webhook_do"),
    path("webhooks/<int:pk>/calls/<int:call>/again/", call_again, name="webhook_call_again"),
    path("webhooks/<int:pk>/rotate/", rotate, name="webhook_rotate"),
    path("webhooks/<int:pk>/end/", end, name="webhook_end"),
    path(f"webhooks/schema/{rules.VERSION}.json", schema, name="webhook_schema"),
]
