"""A matter leaves a rate only by a ruling of somebody else, stands beside it, and a refusal can be reviewed once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from lianglin.access.actor import job
from lianglin.access.models import Account, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.transaction import acting
from lianglin.appeals.actions import excluding
from lianglin.appeals.models import Exclusion
from lianglin.appeals.tasks import count_again
from lianglin.indicators import queries
from lianglin.indicators.reports.counting import count
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.kit.period import Period
from lianglin.notices.models import Message

from . import figures_city
from .figures_city import HERE, SINCE, City, at, number, on

NOVEMBER = Period.month(2026, 11)
WHY = "管线产权不在本市任何单位。"


@pytest.fixture
def city(db: None) -> Iterator[City]:
    made = figures_city.build()
    office = Organisation.objects.create(code="district", name="区政府", kind="district", scope_code=HERE[:6])
    for name in ("ruler", "second"):
        account = Account.objects.create_user(name, None, name=name, created_at=clock.now())
        post = Post.objects.create(
            account=account, role_code="district_coordinator", organisation=office, scope_code=HERE[:6], title=name,
            starts_on=SINCE,
        )  # fmt: skip
        made.posts[name], made.actors[name] = post, actor_in(post)
    with at(on("2026-11-27 16:00")):
        yield made


@pytest.fixture
def case(city: City) -> int:
    """Dispatched in October, due in November, never settled."""
    made = city.report("2026-10-26 09:00")
    city.dispatch(made, "2026-10-26 10:00")
    return made


def asked(city: City, case: int, figure: str = "settled") -> Exclusion:
    with transaction.atomic(), acting(city.actors["unit"]) as unit:
        return excluding.ask_exclusion(case, by=unit, figure=figure, ground="no_duty", reason=WHY)


def ruled(city: City, one: Exclusion, *, grant: bool, by: str = "ruler") -> Exclusion:
    with transaction.atomic(), acting(city.actors[by]) as ruler:
        return excluding.rule_on_exclusion(
            one.pk, by=ruler, grant=grant, ruling="经核实，理由成立与否已写明。"
        )


def settled() -> tuple[Counts, int]:
    figure = discovery.indicators()["appeals.settled"]
    with acting(job()):
        found = count([figure], "", NOVEMBER)["appeals.settled", ""]
    return found.counts, found.left_out


@pytest.mark.rows("R058")
def test_it_counts_until_it_is_ruled_out_and_then_stands_apart(city: City, case: int) -> None:
    one = asked(city, case)
    assert settled() == (Counts(0, 1), 0)
    ruled(city, one, grant=True)
    assert settled() == (Counts(0, 0), 1)
    count_again(case_id=case, scope_code=HERE)
    known = discovery.indicators()
    found = queries.sums(
        "", [([known["appeals.settled"], known["appeals.left_out"]], [NOVEMBER.start])], members=True
    )
    assert found.of(known["appeals.settled"], NOVEMBER.start) == Counts(0, 0)
    assert found.of(known["appeals.left_out"], NOVEMBER.start, "settled") == Counts(1)


@pytest.mark.rows("R058")
@pytest.mark.parametrize("figure", ["responded", "solved", "satisfied", "reached"])
def test_a_ruling_touches_the_rate_it_names_and_no_other(city: City, figure: str) -> None:
    made = city.report("2026-11-02 09:00")
    city.dispatch(made, "2026-11-02 10:00")
    city.settle(made, "2026-11-03 10:00")
    city.call(made, "2026-11-04 10:00", "yes", 1)
    codes = {
        "responded": "responded",
        "solved": "solved_rate",
        "satisfied": "satisfied",
        "reached": "reached",
    }
    figures = [discovery.indicators()[f"appeals.{code}"] for code in ("settled", *codes.values())]
    ruled(city, asked(city, made, figure), grant=True)
    with acting(job()):
        found = count(figures, "", NOVEMBER)
    for one in figures:
        out = one.code == f"appeals.{codes[figure]}"
        assert (found[one.code, ""].counts.denominator, found[one.code, ""].left_out) == (
            (0, 1) if out else (1, 0)
        )


def test_a_refusal_is_reviewed_once_by_somebody_else_and_the_unit_is_told(city: City, case: int) -> None:
    one = ruled(city, asked(city, case), grant=False)
    assert settled() == (Counts(0, 1), 0)
    with acting(city.actors["unit"]) as unit:
        excluding.ask_review(one.pk, by=unit, objection="附上产权证明，请再核实。")
    with pytest.raises(Forbidden):
        ruled(city, one, grant=True, by="ruler")
    ruled(city, one, grant=False, by="second")
    with acting(city.actors["unit"]) as unit, pytest.raises(Conflict):
        excluding.ask_review(one.pk, by=unit, objection="还是不同意，请再核实。")
    one.refresh_from_db()
    assert (one.state, one.first_ruled_by_id) == ("upheld", city.posts["ruler"].pk)
    told = Message._base_manager.filter(code="appeals.exclusion_ruled", post_id=city.posts["unit"].pk)
    assert told.count() == 2


def test_only_the_unit_in_charge_asks_and_once_for_a_rate(city: City, case: int) -> None:
    asked(city, case)
    with pytest.raises(Refused):
        asked(city, case)
    for name in ("street", "worker", "manager", "ruler"):
        with acting(city.actors[name]) as other, pytest.raises(HouseError):
            excluding.ask_exclusion(case, by=other, figure="settled", ground="no_duty", reason=WHY)


@pytest.mark.parametrize("name", ["unit", "street", "worker", "manager"])
def test_without_the_duty_nobody_rules(city: City, case: int, name: str) -> None:
    one = asked(city, case)
    with pytest.raises(Forbidden):
        ruled(city, one, grant=True, by=name)


def test_the_pages_lead_from_asking_to_the_review(city: City, case: int) -> None:
    unit, ruler = city.browser("unit"), city.browser("ruler")
    page = f"/appeals/exclusions/ask/{number(case)}/"
    assert unit.get(page).status_code == 200
    assert unit.post(page, {"figure": "settled", "ground": "no_duty", "reason": "短"}).status_code == 422
    answer = unit.post(page, {"figure": "settled", "ground": "no_duty", "reason": WHY})
    assert answer.status_code == 303
    here = answer["Location"]
    assert here in ruler.get("/appeals/exclusions/").content.decode()
    assert ruler.post(here, {"grant": "no", "ruling": "经核实，属本单位职责。"}).status_code == 303
    assert here in unit.get("/appeals/exclusions/?ruled=1").content.decode()
    assert unit.post(here, {"objection": "附上产权证明，请再核实。"}).status_code == 303
    assert Exclusion._base_manager.get().state == "review"
    assert city.browser("neighbour").get(here).status_code == 403
    assert city.browser("manager").get(here).status_code == 403
