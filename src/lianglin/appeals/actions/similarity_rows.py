"""The similarity row of an appeal: written with it, following its item, made later for what was there before."""

from __future__ import annotations

from collections.abc import Callable

from lianglin.access.actor import Actor
from lianglin.appeals.models import Appellant, Item, SimilarityRow
from lianglin.appeals.queries import alike, catalogue, unread
from lianglin.appeals.rules.grams import cell_of, grams_of
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit.crypto import matcher

PURPOSE = "appeals.similar"
"""The keyed digest of a telephone is made for this alone: the key in another table or purpose is another number."""
BATCH = 1000


def person_key(phone: str, match: Callable[[str], bytes] | None = None) -> int | None:
    """A number that equal telephones share, and that says nothing without the house's key; None without one."""
    if not phone:
        return None
    return int.from_bytes((match or matcher(PURPOSE))(phone)[:8], "little", signed=True) or 1


def write_row(case: Case, place: cases.Place, text: str, item: Item | None, phone: str) -> None:
    """Writes the row in the appeal's own transaction, as the last of its rows: the place is held until it commits."""
    lon, lat = point_of(place)
    row = SimilarityRow(
        case=case,
        scope_code=case.scope_code,
        chosen=item,
        class_code=class_of(item),
        cell=cell_of(lon, lat),
        lon=lon,
        lat=lat,
        building_id=place.building.pk if place.building else None,
        person=person_key(phone),
        opened_at=case.opened_at,
        grams=grams_of(text),
    )
    alike.insert_held(row)


def point_of(place: cases.Place) -> tuple[float | None, float | None]:
    """Longitude and latitude: as reported, else of the building, else of the compound."""
    for spot in (place, place.building, place.compound):
        if spot is not None and spot.lon is not None and spot.lat is not None:
            return spot.lon, spot.lat
    return None, None


def class_of(item: Item | None) -> str:
    """The code of an item's class; "" for none. From memory where the item is in force."""
    if item is None:
        return ""
    known = catalogue.choices().by_id.get(item.pk, item)
    return known.category.code


def follow_item(case: Case, item: Item, *, by: Actor) -> None:
    """Finds the appeal under the class of the item it was corrected to; what was chosen at first stays known."""
    rows = SimilarityRow.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk)
    rows.update(class_code=class_of(item))


def make_missing(*, by: Actor, most: int = BATCH) -> int:
    """Makes rows for appeals that were there before; how many, 0 when none lacks one. Newest first."""
    by.require("system")
    found = unread.without_row(most, by)
    if not found:
        return 0
    match = matcher(PURPOSE)
    people = Appellant.objects.visible_to(by, purpose=by.work_purpose)
    phones = dict(
        people.filter(pk__in=[one.case_id for one in found], phone__isnull=False).values_list("pk", "phone")
    )
    SimilarityRow.objects.bulk_create(
        [
            SimilarityRow(
                case_id=one.case_id,
                scope_code=one.scope_code,
                chosen_id=one.item_id,
                class_code=one.class_code,
                cell=cell_of(one.lon, one.lat),
                lon=one.lon,
                lat=one.lat,
                building_id=one.building_id,
                person=person_key(phones.get(one.case_id, ""), match),
                opened_at=one.opened_at,
                grams=grams_of(one.text),
            )
            for one in found
        ],
        ignore_conflicts=True,
    )
    return len(found)
