"""The desk of publication: what the programme proposes, what was found in it, and a person's word on it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from lianglin.access.actor import Actor
from lianglin.access.gate import acting, in_post
from lianglin.access.replies import done, pressed, status_of
from lianglin.appeals.actions import publishing, subscribing
from lianglin.appeals.actions.publication_rules import CLOSED_ITEM
from lianglin.appeals.forms.publishing import EndForm, PublishForm, RedactForm
from lianglin.appeals.models import Publication, RedactedText, WebhookDelivery
from lianglin.appeals.queries import publication as queries
from lianglin.appeals.rules import redacting
from lianglin.kit import paging
from lianglin.kit.ids import group_case_number

State = Publication.State
TONES = {
    State.PROPOSED: "waiting",
    State.PUBLISHED: "good",
    State.DECLINED: "closed",
    State.WITHDRAWN: "closed",
}
KIND_NAMES = dict(redacting.KINDS)


@require_GET
@in_post(publishing.PUBLISH)
def listed(request: HttpRequest) -> HttpResponse:
    """The publications of the area, newest first, by their state."""
    state = request.GET.get("state", "")
    state = state if state in State.values else State.PROPOSED
    found = paging.page(
        queries.waiting(acting(request)).filter(state=state),
        "-id",
        cursor=request.GET.get("cursor", ""),
        size=30,
    )
    here = reverse("appeals:publications")
    context = {
        "page": found,
        "rows": [_row(one) for one in found.rows],
        "tabs": [
            {"label": one.label, "url": f"{here}?state={one}", "current": one == state} for one in State
        ],
    }
    return render(request, "appeals/publications/list.html", context)


def _row(one: Publication) -> dict[str, Any]:
    case, item = one.case, one.case.appeal.item
    return {
        "one": one,
        "number": group_case_number(case.number),
        "item": item.label if item else "",
        "place": (case.compound or case.community).label,
        "tone": TONES[State(one.state)],
        "reason": _reason(one.reason),
    }


def _reason(code: str) -> str:
    """The programme's own reasons in words; a person's as they were written."""
    said = {
        publishing.REOPENED: _("the case was taken up again"),
        publishing.OBJECTED: _("whoever reported does not want it published"),
        CLOSED_ITEM: _("the item's rule was closed"),
    }
    return said.get(code, code)


@require_http_methods(["GET", "POST"])
@in_post(publishing.PUBLISH)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One case: its words with what was found, the text as the public would read it, and the decision."""
    actor = acting(request)
    one = queries.waiting(actor).filter(pk=pk).first()
    if one is None:
        raise Http404
    version = queries.version(one, one.latest, actor)
    deed = request.POST.get("deed", "") if request.method == "POST" else ""
    forms = _forms(request, one, version, deed)
    if deed in forms:
        answer = _decided(request, actor, one, deed, forms[deed])
        if answer is not None:
            return answer
    context = {
        **_row(one), "forms": forms, "version": version,
        "parts": _parts(one, version, actor) if version and one.state == State.PROPOSED else [],
    }  # fmt: skip
    status = status_of(forms[deed]) if deed in forms else 200
    return render(request, "appeals/publications/one.html", context, status=status)


def _forms(request: HttpRequest, one: Publication, version: RedactedText | None, deed: str) -> dict[str, Any]:
    """The forms that the state allows; the one that was sent is bound."""
    seen = {"version": one.latest}
    given = {deed: request.POST}
    if one.state == State.PUBLISHED:
        return {"withdraw": EndForm(given.get("withdraw"))}
    if one.state != State.PROPOSED or version is None:
        return {}
    spots = [
        f"{part}-{number}"
        for part in publishing.PARTS
        for number, _spot in enumerate(publishing.spots_of(version, part))
    ]
    return {
        "redact": RedactForm(given.get("redact"), initial=seen, spots=spots),
        "publish": PublishForm(given.get("publish"), initial=seen),
        "decline": EndForm(given.get("decline")),
    }


def _decided(
    request: HttpRequest, actor: Actor, one: Publication, deed: str, form: Any
) -> HttpResponse | None:
    here, all_of_them = reverse("appeals:publication", args=[one.pk]), reverse("appeals:publications")
    acts: dict[str, tuple[Any, str, str]] = {
        "redact": (
            lambda: publishing.redact(one.pk, by=actor, **form.chosen()),
            _("A new version is made. Read it before it goes out."),
            here,
        ),
        "publish": (
            lambda: publishing.publish(one.pk, by=actor, seen=form.cleaned_data["version"]),
            _("Published."),
            all_of_them,
        ),
        "decline": (
            lambda: publishing.decline(one.pk, by=actor, **form.cleaned_data),
            _("It stays unpublished; the redacted words are erased."),
            all_of_them,
        ),
        "withdraw": (
            lambda: publishing.withdraw(one.pk, by=actor, **form.cleaned_data),
            _("Taken from the public page; the words of every version are erased."),
            here,
        ),
    }
    act, said, onward = acts[deed]
    return done(request, form, act, said, onward)


def _parts(one: Publication, version: RedactedText, actor: Actor) -> list[dict[str, Any]]:
    """Report and answer: the original in pieces, its spots numbered, and the text as it would stand."""
    words = queries.originals(one.case_id, actor)
    found = []
    for part, title, masked in (
        ("text", _("What was reported"), version.text),
        ("answer", _("The answer"), version.answer),
    ):
        spots = publishing.spots_of(version, part)
        found.append(
            {
                "title": title,
                "masked": masked,
                "pieces": [
                    {"text": text, "kind": KIND_NAMES.get(kind, "")}
                    for text, kind in redacting.pieces(words[part], spots)
                ],
                "spots": [
                    {
                        "value": f"{part}-{number}",
                        "text": words[part][spot.start : spot.end],
                        "kind": KIND_NAMES[spot.kind],
                        "fixed": spot.kind not in redacting.LOOSE,
                    }
                    for number, spot in enumerate(spots)
                ],
            }
        )
    return [one for one in found if one["masked"]]


@require_http_methods(["GET", "POST"])
@in_post(publishing.PUBLISH)
def calls(request: HttpRequest) -> HttpResponse:
    """Calls of webhooks that were given up, in the area; a button makes one again."""
    actor = acting(request)
    if request.method == "POST":
        pk = request.POST.get("call", "")
        pk = int(pk) if pk.isascii() and pk.isdigit() and len(pk) < 18 else 0
        return pressed(
            request,
            lambda: subscribing.try_again(pk, by=actor),
            _("It is made again now."),
            reverse("appeals:webhook_calls"),
        )
    dead = WebhookDelivery.objects.filter(
        state=WebhookDelivery.State.DEAD, scope_code__gte=actor.low, scope_code__lt=actor.high
    )
    found = paging.page(dead, "-id", cursor=request.GET.get("cursor", ""), size=30)
    return render(request, "appeals/publications/calls.html", {"page": found})


routes: list[URLPattern] = [
    path("publications/calls/", calls, name="webhook_calls"),
    path("publications/", listed, name="publications"),
    path("publications/<int:pk>/", detail, name="publication"),
]
