"""The API of places: open to everybody, since places hold nobody's data."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from lianglin.places import queries
from lianglin.places.models import Community
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
        raise Http404(_("No community of this city covers this point."))
    return _out(found)


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
        raise Http404(_("There is no place with the code %(code)s.") % {"code": code[:12]})
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
