"""What anybody reads: discovery, services, requests, tokens, updates."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.appeals import rules
from lianglin.appeals.api.open311 import asking, attributes
from lianglin.appeals.api.open311.writing import Wrong, answered, speaks
from lianglin.appeals.models import Item, PublicationRule
from lianglin.appeals.queries import open_requests
from lianglin.appeals.queries.catalogue import choices
from lianglin.cases import queries as cases
from lianglin.kit import clock
from lianglin.kit.clock import CITY_ZONE

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-28T00:00:00+08:00"
"""When the services last changed in kind; a new catalogue is read anew by whoever reads services."""
HOUR, MINUTE = 3600, 60


def site(request: HttpRequest) -> str:
    """The site's own address."""
    return settings.PUBLIC_URL or f"{request.scheme}://{request.get_host()}"


@speaks
def discovery(request: HttpRequest, form: str) -> HttpResponse:
    """Where the interface is, in which forms, and how a key is had."""
    base = site(request) + reverse("appeals:open311_services_xml").removesuffix("/services.xml")
    found = {
        "changeset": CHANGED,
        "contact": _("Call 12345, or write to the office that runs this site."),
        "key_service": _("A street's or district's post makes a key under “Keys for programs” on this site."),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": base,
                "changeset": CHANGED,
                "type": "test" if settings.DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return answered(form, "discovery", found, cache=HOUR)


def offered() -> list[Item]:
    """The items of the catalogue in force that are listed in public, in the order of their codes."""
    listed = set(PublicationRule.objects.filter(listed=True).values_list("item_code", flat=True))
    return [item for code, item in sorted(choices().by_code.items()) if code in listed]


def offered_item(code: str) -> Item:
    """One of them; the specification's 404 for a code that is none."""
    for item in offered():
        if item.code == code:
            return item
    raise Wrong(404, _("service_code was not found. GET services lists those that can be used."))


@speaks
def services(request: HttpRequest, form: str) -> HttpResponse:
    """The items that can be reported, as services."""
    asking.counted(request)
    rows = [
        {
            "service_code": item.code,
            "service_name": item.label,
            "description": f"{item.category.field.label} · {item.category.label} · {item.label}",
            "metadata": bool(attributes.of(item)),
            "type": "realtime",
            "keywords": f"{item.category.label}, {item.label}",
            "group": item.category.label,
        }
        for item in offered()
    ]
    return answered(form, "services", rows, inner="service", cache=HOUR)


@speaks
def definition(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """The extra questions of one service."""
    asking.counted(request)
    item = offered_item(code)
    asked = [attributes.shown(one, order) for order, one in enumerate(attributes.of(item), start=1)]
    return answered(form, "service_definition", {"service_code": item.code, "attributes": asked}, cache=HOUR)


def listed(request: HttpRequest, form: str) -> HttpResponse:
    """Requests by number, or of a span of days, newest first."""
    asking.counted(request)
    page, size, before = asking.paged(request)
    found = open_requests.requests(asking.asked(request), skip=before, most=size)
    response = answered(
        form, "service_requests", [shown(one) for one in found], inner="request", cache=MINUTE
    )
    if len(found) == size and page * size <= open_requests.DEEPEST and "page" in request.GET:
        given = {**request.GET.dict(), "page": page + 1, "page_size": size}
        response["Link"] = f'<{site(request)}{request.path}?{urlencode(given)}>; rel="next"'
    return response


@speaks
def request_by_id(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """One request by its number."""
    asking.counted(request)
    return answered(form, "service_requests", [shown(_one(code))], inner="request", cache=MINUTE)


@speaks
def token(request: HttpRequest, form: str, code: str) -> HttpResponse:
    """A number is given at once, so the token of a request is its number."""
    asking.counted(request)
    found = {"service_request_id": _one(code).number, "token": code}
    return answered(form, "service_requests", [found], inner="request")


def _one(code: str) -> open_requests.Request:
    until = clock.now() + timedelta(seconds=1)
    asked = open_requests.Asked(asking.BEGINNING, until, ids=asking.clean([code]))
    found = open_requests.requests(asked, skip=0, most=1)
    if not found:
        raise Wrong(404, _("service_request_id was not found."))
    return found[0]


def shown(one: open_requests.Request) -> dict[str, Any]:
    """A request by the specification's names."""
    english = get_language() == "en"
    name = one.item_name_en if english and one.item_name_en else one.item_name
    place = one.place_en if english and one.place_en else one.place
    unit = one.unit_en if english and one.unit_en else one.unit
    state = str(rules.LIFECYCLE.state(one.state).label)
    return {
        "service_request_id": one.number,
        "status": "closed" if one.is_closed else "open",
        "status_notes": f"{state}. {one.answer}" if one.answer else state,
        "service_name": name,
        "service_code": one.item,
        "description": one.words or name,
        "agency_responsible": unit or "",
        "service_notice": "",
        "requested_datetime": w3c(one.opened_at),
        "updated_datetime": w3c(one.changed_at),
        "expected_datetime": w3c(one.due_at),
        "address": place,
        "address_id": "",
        "zipcode": "",
        "lat": one.lat,
        "long": one.lon,
        "media_url": "",
    }


def w3c(at: datetime | None) -> str:
    """An instant in the city's time, to the second; "" for none."""
    return at.astimezone(CITY_ZONE).isoformat(timespec="seconds") if at else ""


@speaks
def updates(request: HttpRequest, form: str) -> HttpResponse:
    """Steps of requests without their words, oldest first; the header Link leads on."""
    asking.counted(request)
    ids = asking.listed(request, "service_request_id")
    since, until = asking.window(request) if ids is None else asking.any_time(request)
    size = asking.whole(request, "page_size", least=1, most=asking.MOST) or asking.MOST
    after = asking.whole(request, "after", least=0, most=10**9) or 0
    found = open_requests.updates(
        since=since, until=until, ids=asking.clean(ids) if ids else None, behind=after, most=size
    )
    rows = [
        {
            "update_id": str(one.id),
            "service_request_id": one.number,
            "status": "closed" if one.state in open_requests.FINAL else "open",
            "updated_datetime": w3c(one.at),
            "description": cases.step_label(rules.LIFECYCLE, one.move),
            "media_url": "",
        }
        for one in found
    ]
    response = answered(form, "service_request_updates", rows, inner="request_update", cache=MINUTE)
    if len(found) == size:
        last = found[-1]
        given = {**request.GET.dict(), "start_date": last.at.isoformat(), "after": last.id}
        given.setdefault("end_date", until.isoformat())
        response["Link"] = f'<{site(request)}{request.path}?{urlencode(given)}>; rel="next"'
    return response
