"""Limits are dated rows that two people make: for an item, a class or everything; what is open keeps its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from lianglin.appeals.actions import providing
from lianglin.appeals.models import Item, Provision
from lianglin.appeals.queries.provisions import provision
from lianglin.appeals.rules.provisions import KINDS
from lianglin.cases.models import Clock
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused

from . import clocks_city
from .clocks_city import as_post, set_by_two
from .figures_city import HERE, City, at, on

TODAY, TOMORROW = date(2026, 11, 2), date(2026, 11, 3)
MOST_OF_STATUTE = {
    "petition.accept": 15,
    "petition.answer": 60,
    "petition.extension": 30,
    "petition.review": 30,
}


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = clocks_city.build()
    with at(on("2026-11-02 08:00")):
        yield made


def handle_clock(case: int) -> tuple[int, str]:
    found = Clock._base_manager.filter(case_id=case, stage="handle").latest("pk")
    return found.amount, found.unit


@pytest.mark.rows("R050")
def test_a_case_keeps_the_limit_of_the_day_it_was_opened(city: City) -> None:
    old = city.report("2026-11-02 09:00", item=city.item)
    set_by_two(city, "service.handle", 2, "working_days", TOMORROW, item_code="010101")
    new = city.report("2026-11-03 09:00", item=city.item)
    for case in (old, new):
        city.dispatch(case, "2026-11-03 10:00")
    assert (handle_clock(old), handle_clock(new)) == ((5, "working_days"), (2, "working_days"))


def test_the_item_comes_before_its_class_and_both_before_everything(city: City) -> None:
    set_by_two(city, "service.handle", 4, "working_days", TOMORROW)
    set_by_two(city, "service.handle", 3, "working_days", TOMORROW, class_code="0101")
    item = Item.objects.get(code="010101")
    assert provision("service.handle", HERE, TOMORROW, item).amount == 3
    set_by_two(city, "service.handle", 1, "working_days", TOMORROW, item_code="010101")
    assert provision("service.handle", HERE, TOMORROW, item).amount == 1
    assert provision("service.handle", HERE, TOMORROW).amount == 4
    assert provision("service.handle", HERE, TODAY, item).amount == 5
    assert provision("service.handle", "230104001001", TOMORROW, item).amount == 5


def test_a_stage_of_the_service_path_follows_its_row(city: City) -> None:
    set_by_two(city, "service.dispatch", 2, "working_days", TOMORROW)
    made = city.report("2026-11-03 09:00")
    assert Clock._base_manager.get(case_id=made).amount == 2


def test_the_next_row_ends_the_one_before_it(city: City) -> None:
    first = set_by_two(city, "service.review", 2, "working_days", TOMORROW)
    set_by_two(city, "service.review", 3, "working_days", TOMORROW + timedelta(days=7))
    first.refresh_from_db()
    assert first.valid_to == TOMORROW + timedelta(days=6)
    assert provision("service.review", HERE, TOMORROW + timedelta(days=6)).amount == 2
    assert provision("service.review", HERE, TOMORROW + timedelta(days=7)).amount == 3


def test_it_takes_a_second_person_and_a_day_ahead(city: City) -> None:
    given = {"code": "service.review", "amount": 2, "unit": "working_days", "basis": "区办〔2026〕2号"}
    with pytest.raises(Refused):
        as_post(city, "ruler", providing.propose_provision, valid_from=TODAY, **given)
    row = as_post(city, "ruler", providing.propose_provision, valid_from=TOMORROW, **given)
    with pytest.raises(Forbidden):
        as_post(city, "ruler", providing.decide_provision, row.pk, approve=True)
    assert provision("service.review", HERE, TOMORROW).row is None
    with pytest.raises(Refused):
        as_post(city, "second", providing.decide_provision, row.pk, approve=False)
    as_post(city, "second", providing.decide_provision, row.pk, approve=False, note="依据不足")
    with pytest.raises(Conflict):
        as_post(city, "second", providing.decide_provision, row.pk, approve=True)
    assert provision("service.review", HERE, TOMORROW).row is None


def test_the_database_holds_the_second_person_too(city: City) -> None:
    row = set_by_two(city, "service.review", 2, "working_days", TOMORROW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Provision.objects.filter(pk=row.pk).update(decided_by=row.proposed_by_id)


@pytest.mark.parametrize("name", ["street", "worker", "unit", "manager"])
def test_without_the_duty_nobody_proposes(city: City, name: str) -> None:
    with pytest.raises(HouseError):
        as_post(
            city, name, providing.propose_provision, code="service.review", amount=2, unit="working_days",
            valid_from=TOMORROW, basis="区办〔2026〕2号",
        )  # fmt: skip


@pytest.mark.parametrize(("code", "most"), MOST_OF_STATUTE.items())
def test_no_row_goes_past_the_statute(city: City, code: str, most: int) -> None:
    with pytest.raises(Refused):
        as_post(
            city, "ruler", providing.propose_provision, code=code, amount=most + 1, unit="days",
            valid_from=TOMORROW, basis="区办〔2026〕2号",
        )  # fmt: skip


def test_every_default_keeps_its_own_bounds() -> None:
    assert [kind.code for kind in KINDS if not kind.least <= kind.amount <= kind.most] == []


def test_calendar_days_end_on_a_working_day(db: None) -> None:
    friday = on("2026-11-06 10:00")
    assert calendar().add(friday, 15, "days").at == on("2026-11-23 17:00")  # the 21st is a Saturday
    assert calendar().add(friday, 3, "days").at == on("2026-11-09 17:00")


def test_how_long_ago_is_counted_in_working_days(db: None) -> None:
    monday = on("2026-11-09 10:00")
    assert calendar().working_days_ago(monday, 0) == monday
    assert calendar().working_days_ago(monday, 1) == on("2026-11-09 00:00")
    assert calendar().working_days_ago(monday, 2) == on("2026-11-06 00:00")


def test_the_pages_lead_from_the_proposal_to_what_counts(city: City) -> None:
    ruler, second = city.browser("ruler"), city.browser("second")
    given = {
        "code": "service.review",
        "amount": "2",
        "unit": "working_days",
        "valid_from": "2026-11-03",
        "basis": "短",
    }
    assert ruler.get("/appeals/provisions/new/?code=service.review").status_code == 200
    assert ruler.post("/appeals/provisions/new/", given).status_code == 422
    answer = ruler.post("/appeals/provisions/new/", given | {"basis": "区办〔2026〕3号"})
    assert answer.status_code == 303
    here = answer["Location"]
    assert ruler.post(here, {"do": "approve", "note": ""}).status_code == 403
    assert here in second.get("/appeals/provisions/rows/").content.decode()
    assert second.post(here, {"do": "approve", "note": ""}).status_code == 303
    with at(on("2026-11-03 09:00")):
        assert "区办〔2026〕3号" in city.browser("worker").get("/appeals/provisions/").content.decode()
    assert city.browser("street").get("/appeals/provisions/new/").status_code == 403


def test_a_proposal_is_taken_back_by_its_author(city: City) -> None:
    row = as_post(
        city, "ruler", providing.propose_provision, code="service.review", amount=2, unit="working_days",
        valid_from=TOMORROW, basis="区办〔2026〕2号",
    )  # fmt: skip
    city.browser("second").post(f"/appeals/provisions/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == "proposed"
    city.browser("ruler").post(f"/appeals/provisions/{row.pk}/withdraw/")
    row.refresh_from_db()
    assert row.state == "withdrawn"
