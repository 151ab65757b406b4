"""What the desk reads: the list, one appeal, what resembles it, which unit it may go to, the dispatcher's queue."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, Actor, duties_of, role_kinds
from lianglin.access.models import Organisation, Post
from lianglin.access.prepared import Prepared
from lianglin.appeals import rules
from lianglin.appeals.models import Appeal, Appellant, CallBack, Category, Item
from lianglin.appeals.queries import catalogue
from lianglin.cases import queries as cases
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.ids import group_case_number
from lianglin.places.models import Building, Division
from lianglin.places.queries import cover
from lianglin.places.search import Found, main_community, search

OPEN = "open"
"""The filter value for everything that is not at its end."""
OPEN_STATES = tuple(state.code for state in rules.LIFECYCLE.states if not state.final)
REPEAT_DAYS = 90
"""Within this time an appeal of the same item and place counts as a repeat (dossier 3.9)."""
RETURNED = frozenset({"object", "handle_again", "reopen"})
"""Moves that bring an appeal back to the dispatcher."""


def appeals(actor: Actor) -> QuerySet[Case]:
    """All appeals the actor may read, with the item's name as ``item_label``."""
    name = "name_en" if get_language() == "en" else "name"
    return (
        cases.visible(actor)
        .filter(kind=rules.KIND)
        .annotate(item_id=F("appeal__item_id"), item_label=F(f"appeal__item__{name}"))
    )


def worklist(
    actor: Actor,
    *,
    state: str = "",
    category: int | None = None,
    place: str = "",
    number: str = "",
    overdue: bool = False,
    urgent: bool = False,
) -> QuerySet[Case]:
    """The desk's list. Page it by ("-id",).

    ``state`` is a state's code or :data:`OPEN`; ``place`` a scope code prefix; ``number`` the beginning of a
    case number. Comparisons only, no LIKE: under row-level security a LIKE would lose its index.
    """
    rows = appeals(actor)
    if state:
        rows = rows.filter(state__in=OPEN_STATES) if state == OPEN else rows.filter(state=state)
    if category:
        rows = rows.filter(appeal__item__category_id=category)
    if place:
        rows = rows.filter(scope_code__gte=place, scope_code__lt=place + TOP)
    if number:
        rows = rows.filter(number__gte=number, number__lt=number + TOP)
    if overdue:
        rows = rows.filter(due_at__lt=clock.now())
    if urgent:
        rows = rows.filter(urgent=True)
    return rows


@Prepared
def _found(actor: Actor, number: str) -> QuerySet[Case]:
    return (
        Case.objects.visible_to(actor, purpose=actor.work_purpose)
        .filter(kind=rules.KIND, number=number)
        .select_related("compound", "building", "owner", "assignee", "appeal")
        .defer("compound__geometry", "building__footprint")  # outlines, larger than all the rest
    )


def find(actor: Actor, number: str) -> Case | None:
    """One appeal with everything its page shows, or None when it does not exist or lies elsewhere.

    Community, street and item come from memory where they are in force: PostgreSQL plans a join of ten tables
    ten times as long as it runs it. An earlier appeal that this one was merged into is read when it is asked for.
    """
    case = next(iter(_found(actor, number)), None)
    if case is None:
        return None
    if community := cover().by_id.get(case.community_id):
        case.community = community
    if item := catalogue.choices().by_id.get(case.appeal.item_id):
        case.appeal.item = item
    return case


def categories() -> list[Category]:
    """The classes of the newest catalogue, with their fields, in the catalogue's order; from memory."""
    known = catalogue.choices()
    return [category for field in known.fields for category in known.categories[field.code]]


def items() -> list[Item]:
    """The items of the newest catalogue, with class and field, in the catalogue's order; from memory."""
    return list(catalogue.choices().by_code.values())


def places_below(actor: Actor) -> list[tuple[str, str]]:
    """(scope code, name) of the areas just below the actor's own: what its list can be narrowed to."""
    prefix = actor.low
    if actor.role != "staff" or len(prefix) >= 12:
        return []
    if len(prefix) >= 9:
        found: Iterable[Any] = [c for c in cover().communities if actor.covers(c.scope_code)]
    else:
        level = Division.Level.TOWNSHIP if len(prefix) >= 6 else Division.Level.COUNTY
        found = Division.objects.filter(
            level=level, scope_code__gte=actor.low, scope_code__lt=actor.high
        ).only("scope_code", "name", "name_en")
    return sorted((place.scope_code, place.label) for place in found)


def places_named(actor: Actor, text: str, *, limit: int = 8) -> list[Found]:
    """Buildings, compounds and communities of the actor's area that fit what is typed (characters, pinyin, initials)."""
    if not text:
        return []
    fits = search(text, limit=60, kinds=("building", "compound", "community"))
    wanted = [int(found.key[2:]) for found in fits if found.kind == "building"]
    near = Building.objects.filter(scope_code__gte=actor.low, scope_code__lt=actor.high)
    mine = set(near.filter(pk__in=wanted).values_list("pk", flat=True)) if wanted else set()
    kept = [found for found in fits if _within(actor, found, mine)]
    known = {found.key for found in kept}
    by_address = near.filter(address__contains=text).order_by("id")[:limit]
    kept += [Found("building", f"b:{b.pk}", b.address, "", 0) for b in by_address if f"b:{b.pk}" not in known]
    return kept[:limit]


def _within(actor: Actor, found: Found, buildings: set[int]) -> bool:
    kind, code = found.key.split(":")
    if kind == "b":
        return int(code) in buildings
    if kind == "c":
        community = main_community(int(code))
        return community is not None and actor.covers(community.scope_code)
    return actor.covers(code)


def appellant(case: Case, actor: Actor) -> Appellant | None:
    """Who complains. Call it only after the look was logged (access.actions.log_look)."""
    return Appellant.objects.visible_to(actor, purpose=actor.work_purpose).filter(pk=case.pk).first()


def call_backs(case: Case, actor: Actor) -> list[CallBack]:
    """The tries to hear from the appellant, oldest first; empty for handlers."""
    tries = CallBack.objects.visible_to(actor, purpose=actor.work_purpose).filter(case_id=case.pk)
    return list(tries.select_related("organisation").order_by("id"))


# --- what resembles it -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Similar:
    """An appeal of the same item at the same place, and what they have in common."""

    case: Case
    reason: str

    @property
    def number(self) -> str:
        """The number as people read it."""
        return group_case_number(self.case.number)


def similar(case: Case, item: Item | None, actor: Actor, *, limit: int = 8) -> list[Similar]:
    """Appeals of the same item in the same building, compound or within the item's radius, newest first.

    Looks back 90 days (dossier 3.9). A suggestion only: a person decides whether they are the same matter.
    """
    if item is None:
        return []
    near = Q()
    if case.building_id:
        near |= Q(building_id=case.building_id)
    if case.compound_id:
        near |= Q(compound_id=case.compound_id)
    if case.lon is not None and case.lat is not None and item.duplicate_radius_m > 0:
        north, east = _degrees(case.lat, item.duplicate_radius_m)
        near |= Q(
            lon__gte=case.lon - east,
            lon__lte=case.lon + east,
            lat__gte=case.lat - north,
            lat__lte=case.lat + north,
        )
    if not near:
        return []
    rows = (
        appeals(actor)
        .filter(near, scope_code=case.scope_code, appeal__item_id=item.pk)
        .filter(opened_at__gte=case.opened_at - timedelta(days=REPEAT_DAYS))
        .exclude(pk=case.pk)
        .exclude(state="merged")
        .annotate(in_compound=F("compound_id"))
    )
    return [Similar(row, _shared(case, row)) for row in rows.order_by("-id")[:limit]]


def _degrees(latitude: float, metres: int) -> tuple[float, float]:
    """Half the height and width, in degrees, of a box of this radius."""
    north = metres / 111_320
    return north, north / max(math.cos(math.radians(latitude)), 0.01)


def _shared(case: Case, other: Any) -> str:
    if case.building_id and case.building_id == other.building_id:
        return _("same building and item")
    if case.compound_id and case.compound_id == other.in_compound:
        return _("same compound and item")
    return _("close by, same item")


def similar_to_each(found: Sequence[Case], actor: Actor) -> dict[int, list[Case]]:
    """For each of these appeals the others of the same item in the same building of the last 90 days; one query."""
    wanted = {(row.building_id, row.item_id): row.pk for row in found if row.building_id and row.item_id}
    if not wanted:
        return {}
    rows = appeals(actor).filter(
        building_id__in={building for building, _item in wanted},
        appeal__item_id__in={item for _building, item in wanted},
        opened_at__gte=clock.now() - timedelta(days=REPEAT_DAYS),
    )
    groups: dict[tuple[int | None, int | None], list[Case]] = {}
    for row in rows.exclude(state="merged").order_by("-id")[:400]:
        groups.setdefault((row.building_id, row.item_id), []).append(row)
    return {
        row.pk: [other for other in groups.get((row.building_id, row.item_id), []) if other.pk != row.pk]
        for row in found
    }


# --- which unit --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Suggestion:
    """A unit that an order may go to, and why it is suggested."""

    unit: Organisation
    reason: str


def units() -> QuerySet[Organisation]:
    """Every unit that can take an order: active, with a post in force that handles orders."""
    able = [code for code in role_kinds() if "appeals.handle" in duties_of(code)]
    posts = Post.objects.in_force().filter(organisation=OuterRef("pk"), role_code__in=able)
    return Organisation.objects.filter(Exists(posts), active=True)


def units_of(scope_codes: Iterable[str]) -> list[Organisation]:
    """The units responsible for these places: of their community, street, district or the whole city."""
    chain = {prefix for code in scope_codes for prefix in _prefixes(code)}
    return list(units().filter(scope_code__in=chain).order_by("kind", "code"))


def units_named(text: str, *, limit: int = 20) -> list[Organisation]:
    """Units anywhere in the city whose name contains the text."""
    return list(
        units()
        .filter(Q(name__icontains=text) | Q(name_en__icontains=text))
        .order_by("scope_code", "code")[:limit]
    )


def _prefixes(code: str) -> tuple[str, ...]:
    return ("", code[:4], code[:6], code[:9], code)


SUFFIXES = ("企业", "部门", "公司", "集团", "单位", "支队")
"""Ends of the catalogue's owner names that a unit's own name may lack: 供热企业 is found in 市供热一公司."""


def suggest(case: Case, item: Item | None, known: Iterable[Organisation]) -> list[Suggestion]:
    """Units that usually handle this item at this place, the best first; at most three.

    The catalogue names a usual owner ("物业企业/街道办事处"); the first owner comes before the second, the unit
    nearest to the place before the city's. A suggestion only, with its reason; the dispatcher decides.
    """
    if item is None:
        return []
    chain = _prefixes(case.scope_code)
    ranked: list[tuple[int, int, int, str, Organisation]] = []
    for unit in known:
        if unit.scope_code not in chain:
            continue
        for place, owner in enumerate(item.owner_name.split("/")):
            fit = _fits(owner.strip(), unit)
            if fit is not None:
                ranked.append((place, fit, -len(unit.scope_code), unit.code, unit))
                break
    ranked.sort(key=lambda entry: entry[:4])
    return [Suggestion(entry[4], _reason(item, entry[4])) for entry in ranked[:3]]


def _fits(owner: str, unit: Organisation) -> int | None:
    """0 when the unit's name holds the owner's, 1 when it holds its stem, None otherwise."""
    if owner == "社区":
        return 0 if unit.kind == Organisation.Kind.COMMUNITY else None
    if owner == "街道办事处":
        return 0 if unit.kind == Organisation.Kind.STREET else None
    if owner in unit.name:
        return 0
    stem = next((owner.removesuffix(end) for end in SUFFIXES if owner.endswith(end)), owner)
    return 1 if len(stem) >= 2 and stem in unit.name else None


def _reason(item: Item, unit: Organisation) -> str:
    where = {
        0: _("for the whole city"),
        4: _("for the whole city"),
        6: _("for this district"),
        9: _("for this street"),
        12: _("for this community"),
    }.get(len(unit.scope_code), "")
    owner = item.owner_name_en if get_language() == "en" else item.owner_name
    return _("usual owner of “%(item)s” (%(owner)s), %(where)s") % {
        "item": item.label,
        "owner": owner,
        "where": where,
    }


# --- the dispatcher's queue --------------------------------------------------------------------------------


def queue(actor: Actor, state: str) -> QuerySet[Case]:
    """Appeals in one state that wait for the dispatcher. Page it by ("due_at", "id")."""
    return appeals(actor).filter(state=state, due_at__isnull=False)


def queue_counts(actor: Actor, states: Sequence[str]) -> dict[str, int]:
    """How many appeals wait in each of these states."""
    rows = Case.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        kind=rules.KIND, state__in=states, due_at__isnull=False
    )
    return dict.fromkeys(states, 0) | dict(rows.values_list("state").annotate(Count("pk")).order_by())


def items_of(found: Sequence[Case]) -> dict[int, Item]:
    """The items of these appeals by id."""
    return {
        item.pk: item for item in Item.objects.filter(pk__in={row.item_id for row in found if row.item_id})
    }


def texts_of(found: Sequence[Case], actor: Actor) -> dict[int, str]:
    """What was reported, by case id."""
    rows = Appeal.objects.visible_to(actor, purpose=actor.work_purpose).filter(
        pk__in=[row.pk for row in found]
    )
    return dict(rows.values_list("case_id", "text"))
