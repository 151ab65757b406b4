"""我要反映: one question a page, each a plain form that works without a script; then the receipt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianglin.access.actions import hold_case
from lianglin.access.gate import acting
from lianglin.access.transaction import running, together
from lianglin.appeals import actions
from lianglin.appeals.forms import draft as drafts
from lianglin.appeals.forms.draft import STEPS, UNKNOWN, Draft
from lianglin.appeals.forms.public import BY_PHONE, PhotoForm, ReachForm, TellForm, WhatForm, WhereForm
from lianglin.appeals.models import Item
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.similar import similar
from lianglin.appeals.rules import LIFECYCLE
from lianglin.appeals.views import own, words
from lianglin.appeals.views.own import accepted, expired_words, posted, see
from lianglin.cases import queries as cases
from lianglin.cases.actions import CLAIM_WINDOW, Place
from lianglin.cases.models import Case
from lianglin.files import actions as files
from lianglin.files import queries as files_queries
from lianglin.files import uploads
from lianglin.files.rules import MAX_FILES
from lianglin.kit import throttle
from lianglin.kit.csrf import keeps_typing
from lianglin.kit.errors import HouseError, Refused
from lianglin.kit.idempotency import once
from lianglin.kit.ids import group_case_number
from lianglin.kit.templatetags.kit import local_dt
from lianglin.kit.views import remember_elder
from lianglin.places import queries as places
from lianglin.places.models import Division
from lianglin.places.search import Spot, search
from lianglin.places.views import CHOICES, style_url

SENDS_FROM_ONE_ADDRESS = 60
"""Reports from one address in 15 minutes: an office or a service desk is one address."""
MOST_BUILDINGS = 200
"""Of a compound that are offered to press; a bigger one is narrowed by searching for the number."""
URLS = {
    "what": "appeals:report",
    "where": "appeals:report_where",
    "tell": "appeals:report_tell",
    "photo": "appeals:report_photo",
    "reach": "appeals:report_reach",
    "check": "appeals:report_check",
}


def _onward(request: HttpRequest, draft: Draft, step: str) -> HttpResponse:
    """Keeps the answer and goes on: to the next question, or back to the check page one came from."""
    drafts.keep(request.session, draft)
    following = STEPS[STEPS.index(step) + 1]
    if request.GET.get("change") == "1" and draft.open_step() == "check":
        following = "check"
    return see(reverse(URLS[following]))


def _too_early(draft: Draft, step: str) -> HttpResponse | None:
    """To the first question without an answer, when it comes before this one."""
    first = draft.open_step()
    return HttpResponseRedirect(reverse(URLS[first])) if STEPS.index(first) < STEPS.index(step) else None


def _page(request: Any, step: str, draft: Draft, form: Form | None, **more: Any) -> HttpResponse:
    number = STEPS.index(step)
    context = {
        "form": form,
        "draft": draft,
        "item": draft.found_item(),
        "step": number + 1,
        "steps": len(STEPS),
        "back": reverse(URLS[STEPS[number - 1]]) if number else "",
        "signed_in": acting(request).account_id is not None,
        **more,
    }
    failed = form is not None and form.is_bound and bool(form.errors)
    status = 403 if request.expired else uploads.status(request) if failed else 200
    return render(request, f"appeals/public/{step}.html", context, status=status)


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def what(request: HttpRequest) -> HttpResponse:
    """Field, class, item by large buttons, or a word to search for, or "I don't know"."""
    draft = drafts.load(request.session)
    form = WhatForm(*posted(request))
    if request.method == "POST" and accepted(request, form):
        draft.item = form.cleaned_data["item"]
        return _onward(request, draft, "what")
    response = _page(request, "what", draft, form, unknown=UNKNOWN, **_matters(request))
    return remember_elder(request, response)


def _matters(request: HttpRequest) -> dict[str, Any]:
    """What there is to choose from: fields, the classes of one, the items of one class, or what a search found."""
    known, asked = catalogue.choices(), request.GET.get("q", "").strip()[:40]
    field = next((f for f in known.fields if f.code == request.GET.get("field")), None)
    classes = known.categories.get(field.code, ()) if field else ()
    category = next((c for c in classes if c.code == request.GET.get("class")), None)
    if field:
        ways = [_way(c, f"field={field.code}&class={c.code}", known.items.get(c.code, ())) for c in classes]
    else:
        ways = [_way(f, f"field={f.code}", known.categories.get(f.code, ())) for f in known.fields]
    return {
        "field": field,
        "category": category,
        "ways": ways,
        "items": known.items.get(category.code, ()) if category else (),
        "asked": asked,
        "hits": catalogue.search(asked) if asked else [],
        "catalogue": known.fields[0].catalogue if known.fields else None,
    }


def _way(entry: Any, query: str, inside: Sequence[Any]) -> dict[str, str]:
    """A field or class as a large button, with examples of what is in it."""
    return {"label": entry.label, "query": query, "examples": " · ".join(part.label for part in inside[:3])}


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def where(request: HttpRequest) -> HttpResponse:
    """A compound, building or community from a search, a point on the map, or a list from district down."""
    draft = drafts.load(request.session)
    if early := _too_early(draft, "where"):
        return early
    first = {"place": draft.place, "lon": draft.lon, "lat": draft.lat, "place_text": draft.place_text}
    form = WhereForm(*posted(request), initial=first)
    if request.method == "POST" and accepted(request, form):
        given = form.cleaned_data
        draft.place, draft.lon, draft.lat = given["place"], given["lon"], given["lat"]
        draft.place_text = given["place_text"]
        _keep_point_inside(draft, given["spot"])
        if _asks_for_building(request, given["place"], given["spot"]):
            drafts.keep(request.session, draft)
            change = "&change=1" if request.GET.get("change") == "1" else ""
            return see(f"{reverse(URLS['where'])}?compound={given['place'][2:]}{change}")
        return _onward(request, draft, "where")
    spot = draft.spot()
    return _page(request, "where", draft, form, spot=spot, **_places_to_choose(request), **_map(draft, spot))


def _asks_for_building(request: HttpRequest, place: str, spot: Spot) -> bool:
    """Whether a compound was chosen of which one may still say the building."""
    chosen = place.startswith("c:") and request.POST.get("whole") != "1"
    return chosen and spot.compound is not None and places.buildings_in(spot.compound.pk)[:2].count() > 1


def _keep_point_inside(draft: Draft, spot: Spot) -> None:
    """A point of an earlier try does not stay with a place chosen elsewhere."""
    if draft.lon is None or draft.lat is None:
        return
    here = places.covering(draft.lon, draft.lat)
    if here is None or here.pk != spot.community.pk:
        draft.lon = draft.lat = None


def _places_to_choose(request: HttpRequest) -> dict[str, Any]:
    """What the search, a compound's list of buildings, or the way down from the district offers."""
    asked = (request.POST.get("q") or request.GET.get("q", "")).strip()[:40]
    compound, within = request.GET.get("compound", ""), request.GET.get("in", "")
    if compound.isdecimal() and len(compound) < 19:
        known = places.cover().by_id
        found = places.buildings_in(int(compound))[:MOST_BUILDINGS]
        return {
            "compound": compound,
            "buildings": [
                {"key": f"b:{b.pk}", "address": b.address, "community": known[b.community_id].label}
                for b in found
                if b.community_id in known
            ],
        }
    if asked:
        return {
            "asked": asked,
            "found": search(asked, limit=CHOICES, kinds=("building", "compound", "community")),
        }
    if within.isdecimal():
        return _way_down(within)
    return {"counties": places.counties()}


def _way_down(code: str) -> dict[str, Any]:
    division = places.division(code[:12])
    if division is None:
        return {}
    if division.level == Division.Level.TOWNSHIP:
        return {"within": division, "communities": places.communities_of(division)}
    below = [d for d in places.children(division) if d.level == Division.Level.COUNTY or d.communities_count]
    return {"within": division, "streets": below}


def _map(draft: Draft, spot: Spot | None) -> dict[str, Any]:
    lon, lat = draft.lon, draft.lat
    if lon is None and spot is not None:
        narrow = spot.building or spot.compound or spot.community
        lon, lat = narrow.lon, narrow.lat
    if lon is None:
        known = places.cover().communities
        first = next((c for c in known if c.loaded), known[0] if known else None)
        lon, lat = (first.lon, first.lat) if first else (126.64, 45.75)
    return {"map": {"style_url": style_url(), "lon": lon, "lat": lat, "zoom": 16 if spot else 14}}


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """In one's own words; above it what neighbours have already reported here."""
    draft = drafts.load(request.session)
    if early := _too_early(draft, "tell"):
        return early
    form = TellForm(*posted(request), initial={"text": draft.text})
    if request.method == "POST" and accepted(request, form):
        draft.text = form.cleaned_data["text"]
        return _onward(request, draft, "tell")
    spot = draft.spot()
    others = similar(draft.found_item(), spot, lon=draft.lon, lat=draft.lat) if spot else []
    return _page(request, "tell", draft, form, others=others, spot=spot)


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def photo(request: HttpRequest) -> HttpResponse:
    """Pictures, parked until the report is sent; each can be taken out again."""
    draft = drafts.load(request.session)
    if early := _too_early(draft, "photo"):
        return early
    form = PhotoForm(*posted(request, files=True))
    if request.method == "POST" and not request.expired and request.POST.get("remove"):
        files.unpark(name=request.POST["remove"][:32], key=draft.key)
        return see(request.get_full_path())
    if request.method == "POST" and accepted(request, form) and _parked(form, draft):
        if request.POST.get("more"):
            drafts.keep(request.session, draft)
            return see(request.get_full_path())
        return _onward(request, draft, "photo")
    waiting = files_queries.parked(draft.key)
    return _page(request, "photo", draft, form, waiting=waiting, room=MAX_FILES - len(waiting))


def _parked(form: PhotoForm, draft: Draft) -> bool:
    try:
        with together():
            for ready in form.cleaned_data["photos"]:
                files.park(upload=ready, key=draft.key)
    except HouseError as error:
        form.add_error("photos", str(error.message))
        return False
    return True


@never_cache
@keeps_typing
@sensitive_post_parameters("name", "phone")
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """Anonymous, or a number to call back."""
    draft = drafts.load(request.session)
    if early := _too_early(draft, "reach"):
        return early
    names = ("reach", "phone", "name", "entity", "confidential")
    form = ReachForm(*posted(request), initial={name: getattr(draft, name) for name in names})
    if request.method == "POST" and accepted(request, form):
        for name in names:
            setattr(draft, name, form.cleaned_data[name])
        return _onward(request, draft, "reach")
    return _page(request, "reach", draft, form)


@never_cache
@keeps_typing
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: Any) -> HttpResponse:
    """Everything once more, each answer with a way to change it; then it is sent, once."""
    draft = drafts.load(request.session)
    error: HouseError | None = None
    if request.method == "POST" and not request.expired:
        try:
            slip = _send(request, draft)
        except HouseError as refused:
            error = refused
        else:
            drafts.drop(request.session)
            drafts.keep_slip(request.session, slip)
            hold_case(request=request, case_id=slip["case"])
            return see(reverse("appeals:report_sent"))
    if error is None and (early := _too_early(draft, "check")):
        return early
    if request.expired:
        error = Refused(expired_words())
    context = {
        "spot": draft.spot(),
        "waiting": files_queries.parked(draft.key),
        "error": error,
        "by_phone": draft.reach == BY_PHONE,
    }
    response = _page(request, "check", draft, None, **context)
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
    reporter = actions.Reporter(draft.name, draft.phone, draft.entity, draft.confidential)
    channel = "desk" if actor.role == "staff" else "web"
    with together():
        made = actions.submit(
            by=actor,
            place=place,
            text=draft.text,
            item=draft.found_item(),
            reporter=reporter,
            channel=channel,
        )
        case = made.case
        files.attach_parked(key=draft.key, case_id=case.pk, scope_code=case.scope_code, by=running().actor)
    return {
        "case": case.pk,
        "number": case.number,
        "secret": made.secret,
        "item": draft.item,
        "place": place.text or spot.community.name,
    }


@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """The receipt: number and secret, what happens next and until when."""
    slip = drafts.slip(request.session)
    if slip is None:
        return HttpResponseRedirect(reverse("appeals:track"))
    actor = acting(request)
    case = (
        cases.visible(actor).filter(pk=slip["case"]).first() if actor.work_purpose in actor.purposes else None
    )
    item = catalogue.item_of(slip["item"])
    track = f"{reverse('appeals:track')}?number={slip['number']}"
    facts = [
        (_("What"), item.label if item else ""),
        (_("Where"), slip["place"]),
        (_("Reported"), local_dt(case.opened_at) if case else ""),
    ]
    context = {
        "number": group_case_number(slip["number"]),
        "secret": slip["secret"],
        "facts": facts,
        "promises": _promises(case, item),
        "qr": qr(request.build_absolute_uri(track)),
        "track_url": reverse("appeals:mine") if actor.case_id == slip["case"] else track,
    }
    return render(request, "appeals/public/sent.html", context)


def _promises(case: Case | None, item: Item | None) -> list[str]:
    """What happens next and until when, in the order it happens."""
    call_back = LIFECYCLE.limit("call_back")
    promises = []
    if case is not None and case.due_at is not None:
        until = local_dt(case.due_at)
        promises.append(
            _("By %(until)s it is given to the unit that can solve it, or answered at once.")
            % {"until": until}
        )
        if case.due_provisional:
            promises.append(_("That date is provisional: the holidays of that time are not yet official."))
    promises.append(_("Then the unit has %(limit)s for its answer.") % {"limit": words.item_limit(item)})
    promises.append(
        _("Within %(limit)s of the answer you are asked whether it is solved.")
        % {"limit": cases.limit_words(call_back.amount, call_back.unit)}
    )
    return promises


def qr(address: str) -> SafeString:
    """A QR code as SVG without styles; segno escapes nothing because it writes only path data."""
    drawn = segno.make(address, error="m").svg_inline(
        svgclass="receipt__qr", lineclass=None, omitsize=True, border=2
    )
    return mark_safe(drawn)  # noqa: S308 - path data made by segno from modules, no text of ours


@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Begins anew: the answers and pictures of the draft are forgotten."""
    draft = drafts.load(request.session)
    for waiting in files_queries.parked(draft.key):
        files.unpark(name=waiting.name, key=draft.key)
    drafts.drop(request.session)
    return see(reverse("appeals:report"))


routes: list[URLPattern] = [
    path("report/", what, name="report"),
    path("report/where/", where, name="report_where"),
    path("report/tell/", tell, name="report_tell"),
    path("report/photo/", photo, name="report_photo"),
    path("report/reach/", reach, name="report_reach"),
    path("report/check/", check, name="report_check"),
    path("report/sent/", sent, name="report_sent"),
    path("report/again/", again, name="report_again"),
    *own.routes,
]
