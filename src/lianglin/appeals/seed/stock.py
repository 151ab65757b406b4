"""The sample catalogue as rows: one version, 5 fields, 26 classes, 96 items."""

from __future__ import annotations

from datetime import date

from lianglin.appeals.models import Catalogue, Category, Field, Item
from lianglin.appeals.seed.catalogue import item_duties, items

VERSION, SINCE = "sample-1", date(2024, 1, 1)
SOURCE = "sample catalogue of this project; the requirement names the fields but does not list the items"


def load_catalogue() -> list[int]:
    """Writes the catalogue, or finds it; returns the items' ids in the catalogue's order."""
    version, new = Catalogue.objects.get_or_create(
        version=VERSION, defaults={"in_force_from": SINCE, "source": SOURCE, "sample": True}
    )
    if new:
        _write(version)
    found = dict(Item.objects.filter(category__field__catalogue=version).values_list("code", "pk"))
    return [found[item.code] for item in items()]


def _write(version: Catalogue) -> None:
    fields = {
        code: Field(catalogue=version, code=code, name=name, name_en=name_en)
        for code, name, name_en in dict.fromkeys(item.field for item in items())
    }
    Field.objects.bulk_create(fields.values())
    categories = {
        item.category[0]: Category(
            field=fields[item.field[0]],
            code=item.category[0],
            name=item.category[1],
            name_en=item.category[2],
        )
        for item in items()
    }
    Category.objects.bulk_create(categories.values())
    duties = item_duties()
    Item.objects.bulk_create(
        Item(
            category=categories[item.category[0]], code=item.code, name=item.name, name_en=item.name_en,
            owner_name=item.owner, owner_name_en=item.owner_en, limit_days=item.limit_days,
            urgent_hours=item.urgent_hours, duplicate_radius_m=item.radius_m, place_kind=item.place_kind,
            season=item.season, duty_code=duties.get(item.code, ""),
        )
        for item in items()
    )  # fmt: skip
