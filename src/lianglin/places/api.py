"""The API of places: open to everybody, since places hold nobody's data."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from lianglin.kit import clock
from lianglin.kit.errors import Missing
from lianglin.places import queries
from lianglin.places.models import Community
from lianglin.places.queries import doors, services
from lianglin.places.search import search

router = Router()


class Refusal(Schema):
    """RFC 9457 problem details."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    errors: list[dict[str, str]] | None = None


class FoundOut(Schema):
    """A place that fits: ``key`` is what forms send ("b:12" building, "c:3" compound, "n:…" community, "d:…" division)."""

    kind: Literal["building", "compound", "community", "division"]
    key: str
    label: str
    where: str


class CommunityOut(Schema):
    scope_code: str
    name: str
    name_en: str
    street: str
    lon: float
    lat: float
    households: int
    loaded: bool
    sample: bool


class Question(Schema):
    q: str = Field(
        min_length=1,
        max_length=40,
        description="characters, pinyin or initials, with or without a building's number",
    )


class AddressAsked(Schema):
    q: str = Field(min_length=2, max_length=120, description="an address as people write it")


class Point(Schema):
    """WGS84 degrees."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)


@router.get("search", response={200: list[FoundOut], 422: Refusal}, auth=None, url_name="places_search")
def find(request: HttpRequest, question: Query[Question]) -> Any:
    """Communities, compounds, buildings and divisions by name, best first, twelve at most."""
    return search(question.q)


@router.get(
    "covering",
    response={200: CommunityOut, 404: Refusal, 422: Refusal},
    auth=None,
    url_name="places_covering",
)
def covering(request: HttpRequest, point: Query[Point]) -> Any:
    """The community whose area holds a point."""
    found = queries.covering(point.lon, point.lat)
    if found is None:
        raise Missing(_("No community of this city covers this point."))
    return _out(found)


class AddressOut(Schema):
    """An address taken apart. ``confidence`` is the share of its characters that were understood; ``left`` the rest."""

    parts: dict[str, str]
    left: str
    confidence: float
    found: list[dict[str, str]]


class DoorOut(Schema):
    """A building near a point; metres as the crow flies."""

    building: int
    address: str
    community: str
    scope_code: str
    lon: float
    lat: float
    metres: int


class PointOut(Schema):
    """A service point with its hours. ``until`` is the next turn of ``open``; null when none comes within 60 days."""

    id: int
    name: str
    name_en: str
    kind: str
    scope_code: str
    address: str
    phone: str
    accessibility: str
    lon: float
    lat: float
    open: bool
    until: datetime | None
    sample: bool


class PlaceAsked(Schema):
    place: str = Field(
        min_length=4, max_length=12, pattern=r"^\d+$", description="scope code, 4 to 12 digits"
    )
    kind: str = Field("", max_length=10, pattern=r"^[a-z_]*$")


@router.get("address", response={200: AddressOut, 422: Refusal}, auth=None, url_name="places_address")
def address(request: HttpRequest, question: Query[AddressAsked]) -> Any:
    """An address in Chinese taken apart, with the places of the register that fit it."""
    parsed, found = doors.locate(question.q)
    return {
        "parts": parsed.parts(),
        "left": parsed.left,
        "confidence": parsed.confidence,
        "found": [{"key": f.key, "label": f.label, "where": f.where} for f in found],
    }


@router.get("nearest", response={200: list[DoorOut], 422: Refusal}, auth=None, url_name="places_nearest")
def nearest(request: HttpRequest, point: Query[Point]) -> Any:
    """The three buildings nearest to a point, within 500 metres."""
    return [
        {
            "building": near.building.pk,
            "address": near.building.address,
            "community": near.building.community.name,
            "scope_code": near.building.scope_code,
            "lon": near.building.lon,
            "lat": near.building.lat,
            "metres": near.metres,
        }
        for near in doors.nearest(point.lon, point.lat, count=3)
    ]


@router.get("services", response={200: list[PointOut], 422: Refusal}, auth=None, url_name="places_services")
def service_points(request: HttpRequest, asked: Query[PlaceAsked]) -> Any:
    """The service points of a place, a hundred at most, with whether they are open now."""
    found = services.shown(services.of_place(asked.place, kind=asked.kind)[:100], clock.now())
    return [
        {
            **{name: getattr(one.point, name) for name in _POINT},
            "open": one.status.open,
            "until": one.status.until,
        }
        for one in found
    ]


_POINT = (
    "id", "name", "name_en", "kind", "scope_code", "address", "phone", "accessibility", "lon", "lat", "sample",
)  # fmt: skip


@router.get(
    "communities/{code}",
    response={200: CommunityOut, 404: Refusal, 422: Refusal},
    auth=None,
    url_name="places_community",
)
def community(request: HttpRequest, code: str) -> Any:
    """One community by its 12-digit code."""
    found = queries.community(code)
    if found is None:
        raise Missing(_("There is no place with the code %(code)s.") % {"code": code[:12]})
    return _out(found)


def _out(found: Community) -> dict[str, Any]:
    return {
        "scope_code": found.scope_code,
        "name": found.name,
        "name_en": found.name_en,
        "street": found.division.name,
        "lon": found.lon,
        "lat": found.lat,
        "households": found.households,
        "loaded": found.loaded,
        "sample": found.sample,
    }
