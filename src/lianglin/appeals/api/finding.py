"""What a request names, looked up among what the actor may see."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.access.prepared import Prepared
from lianglin.appeals import rules
from lianglin.appeals.api.schemas import Report
from lianglin.appeals.models import Item
from lianglin.appeals.queries.catalogue import item_of
from lianglin.cases import actions as case_actions
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit.errors import Missing, Refused
from lianglin.kit.ids import clean_case_number
from lianglin.places.models import Building
from lianglin.places.queries import community as community_of


@Prepared
def _numbered(actor: Actor, number: str) -> QuerySet[Case]:
    return cases.visible(actor).filter(kind=rules.KIND, number=number)


@Prepared
def _with_id(actor: Actor, case_id: int) -> QuerySet[Case]:
    return cases.visible(actor).filter(kind=rules.KIND, pk=case_id)


def find(actor: Actor, *, number: str = "", case_id: int | None = None) -> Case:
    """The appeal with this number or key, among those the actor may see; 404 otherwise."""
    found = _numbered(actor, number) if number else _with_id(actor, case_id or 0)
    case = next(iter(found), None)
    if case is None:
        raise Missing(_("There is no such appeal in the area of your current post."))
    return case


def unit_by(code: str) -> Organisation:
    """The organisation with this code; refused when there is none."""
    unit = Organisation.objects.filter(code=code).first()
    if unit is None:
        raise Refused(_("No unit has this code."), field="unit")
    return unit


def parent_of(actor: Actor, number: str) -> Case:
    """The earlier appeal that is named by its number."""
    try:
        return find(actor, number=clean_case_number(number))
    except (ValueError, Http404) as error:
        raise Refused(
            _("There is no such appeal in the area of your current post."), field="parent"
        ) from error


def item_by(code: str) -> Item | None:
    """The newest catalogue's item with this code; None for an empty one, refused for one it does not know."""
    if not code:
        return None
    item = item_of(code)
    if item is None:
        raise Refused(_("The catalogue has no item with this code."), field="item")
    return item


def place_of(report: Report) -> case_actions.Place:
    """Where a report is, from its building or its community."""
    building = (
        Building.objects.select_related("community").filter(pk=report.building).first()
        if report.building
        else None
    )
    if report.building and building is None:
        raise Refused(_("There is no building with this id."), field="building")
    community = building.community if building else community_of(report.community)
    if community is None:
        raise Refused(_("Say where: a community (12 digits) or a building."), field="community")
    text = report.place_text or (building.address if building else "")
    return case_actions.Place(
        community=community, building=building, text=text, lon=report.lon, lat=report.lat
    )
