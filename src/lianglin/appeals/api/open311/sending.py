"""POST requests: a report from another program, with a key, opened as the public opens one."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, public
from lianglin.access.keys import tokens
from lianglin.access.transaction import become, running, together
from lianglin.appeals import actions
from lianglin.appeals.api.open311 import attributes
from lianglin.appeals.api.open311.reading import listed, offered_item
from lianglin.appeals.api.open311.writing import Wrong, answered, speaks
from lianglin.appeals.models import Item
from lianglin.appeals.rules import questions
from lianglin.cases.actions import Place
from lianglin.files import actions as files
from lianglin.files.prepare import Prepared, prepare
from lianglin.kit import throttle
from lianglin.kit.errors import HouseError
from lianglin.places.models import Building, Community
from lianglin.places.queries import covering
from lianglin.places.search import search

DUTY = "appeals.open311"
SENDS, SENDS_WINDOW = 120, timedelta(minutes=15)
"""Reports that one key may send."""
LONGEST, LONGEST_URL = 4000, 500
ATTRIBUTE = re.compile(r"attribute\[([^\[\]]{1,40})\](\[\])?")


def _requests(request: HttpRequest, form: str) -> HttpResponse:
    return listed(request, form) if request.method != "POST" else _create(request, form)


requests = speaks(_requests, methods=("GET", "HEAD", "POST"))
"""GET lists requests, POST makes one."""


def _create(request: HttpRequest, form: str) -> HttpResponse:
    key = _sender(request)
    item = offered_item(_given(request, "service_code", 20, needed=True))
    place = _place(request)
    text = _text(request, item)
    answers, photos = _answers(request, item), _photos(request)
    reporter = actions.Reporter(
        name=(_given(request, "last_name", 30) + _given(request, "first_name", 30)),
        phone=_given(request, "phone", 20),
    )
    with together():
        become(public())
        made = actions.submit(
            by=public(),
            place=place,
            text=text,
            item=item,
            channel="api",
            reporter=reporter,
            answers=answers,
        )
        for ready in photos:
            files.attach(
                case_id=made.case.pk, scope_code=made.case.scope_code, upload=ready, by=running().actor
            )
        audit.record(
            "appeals.open311", "cases.Case", made.case.pk, scope_code=made.case.scope_code,
            values={"key": key.token_id},
        )  # fmt: skip
    notice = _(
        "Give this to whoever reported: the number %(number)s and the secret %(secret)s show progress."
    )
    row: dict[str, Any] = {
        "service_request_id": made.case.number,
        "service_notice": notice % {"number": made.case.number, "secret": made.secret},
        "account_id": "",
    }
    return answered(form, "service_requests", [row], inner="request", status=201)


def _sender(request: HttpRequest) -> Actor:
    """The post behind ``api_key``; the specification's 403 for a key that is missing, wrong or without the duty."""
    given = _given(request, "api_key", 100)
    actor = tokens.actor_of(f"Bearer {given}", address=throttle.client_address(request)) if given else None
    if actor is None or not actor.may(DUTY):
        raise Wrong(
            403, _("api_key is missing, or is no key in force with the duty to send in reports by Open311.")
        )
    throttle.hit("open311-send", str(actor.token_id), limit=SENDS, window=SENDS_WINDOW)
    return actor


def _given(request: HttpRequest, name: str, longest: int, *, needed: bool = False) -> str:
    text = request.POST.get(name, "").replace("\0", "").strip()
    if needed and not text:
        raise Wrong(400, _("%(name)s was not given.") % {"name": name})
    if len(text) > longest:
        raise Wrong(400, _("%(name)s is longer than %(n)s characters.") % {"name": name, "n": longest})
    return text


def _text(request: HttpRequest, item: Item) -> str:
    """What is reported: the description and the address of a picture, each in a line.

    The address is kept as words: nothing here ever opens it.
    """
    said = _given(request, "description", LONGEST)
    lines = [said if len(said) >= 5 else f"{item.name}：{said or _given(request, 'address_string', 160)}"]
    if url := _given(request, "media_url", LONGEST_URL):
        try:
            parts = urlsplit(url)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.netloc or re.search(r"\s", url):
            raise Wrong(400, _("media_url is no web address that begins with https://."))
        lines.append(f"图片地址：{url}")
    text = "\n".join(lines)
    if len(text) > LONGEST:
        raise Wrong(
            400, _("%(name)s is longer than %(n)s characters.") % {"name": "description", "n": LONGEST}
        )
    return text


def _answers(request: HttpRequest, item: Item) -> dict[str, str]:
    """Code of a question -> answer; every required one must be there, each one an answer to its question."""
    known = {one.code: one for one in attributes.of(item)}
    given: dict[str, str] = {}
    for name, values in request.POST.lists():
        if (hit := ATTRIBUTE.fullmatch(name)) is None:
            continue
        if hit[1] not in known:
            raise Wrong(400, _("The service has no attribute %(code)s.") % {"code": hit[1]})
        sent = [value for value in (str(one).replace("\0", "").strip()[:400] for one in values) if value]
        try:
            given[hit[1]] = questions.clean(known[hit[1]], sent[0]) if len(sent) == 1 else ""
        except ValueError:
            sent = ["", ""]
        if len(sent) > 1:
            raise Wrong(400, _("%(name)s is none of its values.") % {"name": f"attribute[{hit[1]}]"})
    for code, one in known.items():
        if one.required and not given.get(code):
            raise Wrong(400, _("%(name)s was not given.") % {"name": f"attribute[{code}]"})
    return {code: value for code, value in given.items() if value}


def _place(request: HttpRequest) -> Place:
    """Where: lat and long, else address_id (a building's id here), else an address_string that fits one place."""
    words = _given(request, "address_string", 160)
    lat, lon = _given(request, "lat", 30), _given(request, "long", 30)
    if lat or lon:
        return _point(lat, lon, words)
    building_id = _given(request, "address_id", 12)
    if building_id:
        found = Building.objects.select_related("community").filter(pk=_number(building_id)).first()
        if found is None:
            raise Wrong(400, _("address_id names no building here. Send lat and long instead."))
        return _of_building(found, words)
    if not words:
        raise Wrong(400, _("Say where: lat and long, address_string or address_id."))
    return _searched(words)


def _of_building(found: Building, words: str) -> Place:
    return Place(
        community=found.community, building=found, text=words or found.address, lon=found.lon, lat=found.lat
    )


def _number(text: str) -> int:
    return int(text) if re.fullmatch(r"\d{1,12}", text) else -1


def _point(lat: str, lon: str, words: str) -> Place:
    try:
        at = float(lon), float(lat)
    except ValueError:
        raise Wrong(400, _("lat and long are two numbers in WGS84.")) from None
    inside = -180 <= at[0] <= 180 and -90 <= at[1] <= 90
    community = covering(*at) if inside else None
    if community is None:
        raise Wrong(400, _("lat and long lie outside of the city's communities."))
    return Place(community=community, text=words, lon=at[0], lat=at[1])


def _searched(words: str) -> Place:
    """The one place that fits best; two that fit alike are told apart by lat and long alone."""
    found = search(words, limit=2, kinds=("building", "compound", "community"))
    best = found[0] if found else None
    if best is None or (len(found) > 1 and found[1].rank == best.rank):
        raise Wrong(400, _("address_string fits no place, or several. Send lat and long."))
    if best.kind == "building":
        building = Building.objects.select_related("community").filter(pk=_number(best.key[2:])).first()
        if building is not None:
            return _of_building(building, words)
    community = Community.objects.filter(scope_code=best.community_code, valid_to__isnull=True).first()
    if community is None:
        raise Wrong(400, _("address_string fits no place, or several. Send lat and long."))
    return Place(community=community, text=words)


def _photos(request: HttpRequest) -> list[Prepared]:
    """Files of the field media, checked and drawn anew like anybody's."""
    found: list[UploadedFile] = [file for file in request.FILES.getlist("media") if file]
    try:
        return [prepare(file) for file in found]
    except HouseError as error:
        raise Wrong(400, str(error.message)) from error
