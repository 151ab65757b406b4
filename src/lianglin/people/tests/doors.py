"""A few hundred doors for tests of the sample people and appeals: two communities of one street."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from lianglin.kit import calendar
from lianglin.kit.models import CalendarDay
from lianglin.kit.seeding import SeedContext
from lianglin.places.models import Building, Community, Compound, CompoundBuilding, Division, Dwelling, Unit

SINCE = date(2024, 1, 1)


def few_doors(context: SeedContext, *, buildings: int = 6) -> None:
    """Fills the tables of places: two communities of ``buildings`` buildings with 3 units x 10 floors x 2 doors."""
    for year in range(2024, 2028):
        CalendarDay.objects.bulk_create(calendar.official_days(year), ignore_conflicts=True)
    calendar.forget()
    county = Division.objects.create(code="230102000000", level="county", name="示例区", scope_code="230102")
    street = Division.objects.create(
        code="230102001000", level="township", name="示例街道办事处", scope_code="230102001", parent=county
    )
    communities = [_community(street, number, buildings) for number in (1, 2)]
    context.made["places"] = {
        "communities": [community.pk for community in communities],
        "dwellings": Dwelling.objects.count(),
    }


def _community(street: Division, number: int, buildings: int) -> Community:
    scope = f"230102001{number:03d}"
    community = Community.objects.create(
        division=street, name=f"示例第{number}社区", scope_code=scope, lon=126.6, lat=45.7 + number / 100, geometry={},
        valid_from=SINCE, loaded=True, sample=True,
    )  # fmt: skip
    compound = Compound.objects.create(key=scope, name=f"和宁{number}小区", lon=126.6, lat=45.7, sample=True)
    for index in range(1, buildings + 1):
        building = Building.objects.create(
            key=f"{scope}-{index}", community=community, scope_code=scope, address=f"和宁{number}小区{index}号楼",
            number=index, lon=126.6 + index / 2000, lat=45.7 + number / 100, floors=10, units=3, doors_per_floor=2,
        )  # fmt: skip
        CompoundBuilding.objects.create(compound=compound, building=building, valid_from=SINCE)
        units = Unit.objects.bulk_create(Unit(building=building, number=n) for n in (1, 2, 3))
        Dwelling.objects.bulk_create(
            Dwelling(unit=unit, scope_code=scope, floor=floor, room=f"{floor}0{door}")
            for unit in units
            for floor in range(1, 11)
            for door in (1, 2)
        )
    return community


def context_for(data: Path, until: object, *, residents: int = 1500) -> SeedContext:
    """A run of the filling that reports to nobody."""
    return SeedContext(residents, 1, data, until, lambda what, share: None)  # pyright: ignore[reportArgumentType] - a datetime
