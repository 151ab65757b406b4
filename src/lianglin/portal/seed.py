"""The demo's story: one light bulb, reported a moment ago, and the department that will mend it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from lianglin.access.actor import TOP, job, public
from lianglin.access.demo import make_login, note, notes
from lianglin.access.models import Organisation
from lianglin.access.transaction import acting, running
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.kit.events import OpenAppeal, ask
from lianglin.kit.seeding import SeedContext
from lianglin.places import queries as places
from lianglin.places.models import Building, Community
from lianglin.portal import queries

ITEM = "020601"
"""Stairwell lighting (楼道照明) in the sample catalogue."""
TITLE, PLACE = "楼道灯坏了三天", "2单元4楼至5楼"
TEXT = "楼道四楼到五楼的灯坏了三天，晚上完全看不见，老人上下楼很危险。前天已经有人绊了一下，请尽快来修。"
CALLER, PHONE = "示例居民", "15400000001"
"""A phone of the range that was given to nobody; no adapter ever sends to it."""
URGENT = (
    ("040201", "厨房有燃气味（示例）", "示例：厨房一直有燃气味，已经关阀开窗，人在楼下等。"),
    ("020603", "电梯困人后停运（示例）", "示例：电梯刚才困过人，现在停在三楼不动，老人上不了楼。"),
)
"""The day's urgent samples: item of the sample catalogue, title, text."""
STALE = timedelta(hours=12)


def seed(context: SeedContext) -> None:
    """Opens the story's matter as the public would, and notes it for the strip. Nothing without filled communities."""
    filled = context.made.get("places", {}).get("communities", [])
    if not context.demo or not filled:
        return
    home = Community.objects.get(pk=filled[0])
    _handler(context)
    note("story", tell_story(home.scope_code, _neighbour(home)))


def _neighbour(home: Community) -> str:
    """The code of another community of the same street, else of any."""
    others = Community.objects.exclude(pk=home.pk).order_by("-loaded", "scope_code")
    near = others.filter(division_id=home.division_id).first() or others.first()
    return near.scope_code if near else home.scope_code


def _handler(context: SeedContext) -> None:
    """The department's persona, in the property firm that sample orders go to; made here where there is none."""
    firm = Organisation.objects.filter(
        kind=Organisation.Kind.COMPANY, name__startswith="物业", active=True
    ).first()
    if firm is None:
        firm = Organisation.objects.create(
            code="sample-property", name="物业企业（示例）", name_en="Property firm (sample)",
            kind=Organisation.Kind.COMPANY, sample=True,
        )  # fmt: skip
    make_login(
        "department", "朱示例", firm, "unit_handler", "", "承办单位经办人", "Department handler",
        "承办派来的工单并答复", "Handles and answers the orders it is given", persona=True,
    )  # fmt: skip


def tell_story(scope_code: str, neighbour: str) -> dict[str, Any]:
    """Reports the light bulb as the public; returns the notes: number, case, place, neighbour, and the rate before it.

    The building is the community's first; the request goes to whoever answers OpenAppeal.
    """
    building = Building.objects.filter(scope_code=scope_code).order_by("id").first()
    request = OpenAppeal(
        scope_code=scope_code, item_code=ITEM, title=TITLE, text=TEXT, channel="web",
        building_id=building.pk if building else None, name=CALLER, phone=PHONE,
        place_text=f"{building.address if building else ''} {PLACE}".strip(),
    )  # fmt: skip
    with acting(public()) as anybody:
        number = ask(request, by=anybody)
        case_id = running().actor.case_id
    place = places.community(scope_code)
    return {
        "number": number, "case_id": case_id, "scope_code": scope_code, "neighbour": neighbour,
        "place": place.name if place else scope_code, **rate_before(scope_code),
    }  # fmt: skip


def rate_before(scope_code: str) -> dict[str, Any]:
    """The month's rate as it stands now, for the story's notes: what the tour compares with in this month."""
    with acting(job(scope_code, scope_code + TOP)):
        return {"before": queries.shown(queries.rate(scope_code)), "month": f"{clock.today():%Y-%m}"}


def turn_month() -> None:
    """In another month than the story's the rate begins anew: what it was before is noted again."""
    told = notes().get("story")
    if told and told.get("month") != f"{clock.today():%Y-%m}":
        note("story", {**told, **rate_before(told["scope_code"])})


def wake() -> None:
    """What the tour does at each start of the demo and when its clock is advanced."""
    plant_urgent()
    turn_month()


def plant_urgent() -> None:
    """The day's urgent samples, reported a moment ago: at every start of the demo and when its clock is advanced.

    A demo that runs for days would otherwise show the urgent matters of its first day, all overdue. They are reported in
    the neighbouring community of the story's street, so that the tour's rate moves by the light bulb alone. At most once
    in twelve hours of the demo's clock; nothing where the story or the sample catalogue is not there.
    """
    known = notes()
    last, now = known.get("urgent_at"), clock.now()
    if "story" not in known or (last and now - datetime.fromisoformat(last) < STALE):
        return
    scope_code = known["story"]["neighbour"]
    buildings = list(Building.objects.filter(scope_code=scope_code).order_by("id")[: len(URGENT)])
    for (item, title, text), building in zip(URGENT, buildings, strict=False):
        request = OpenAppeal(
            scope_code=scope_code, item_code=item, title=title, text=text, channel="web",
            building_id=building.pk, place_text=building.address, name=CALLER, phone=PHONE,
        )  # fmt: skip
        try:
            with transaction.atomic(), acting(public()) as anybody:
                ask(request, by=anybody)
        except Refused:
            return  # a city of its own has a catalogue of its own
    note("urgent_at", now.isoformat())
