"""A renamed, merged or split item is no fall to nothing: figures over time count the same matters on both sides."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import campaigns, problem_effects, problems
from lianglin.appeals.models import Catalogue, Category, Field, Item, ItemSuccessor, ProblemCase
from lianglin.appeals.queries import campaigns as seasons
from lianglin.appeals.queries import kinship as queries
from lianglin.appeals.queries import rates
from lianglin.appeals.rules import kinship
from lianglin.appeals.rules.kinship import Passage
from lianglin.appeals.tests.problem_scene import HERE, STREET, Town, built, confirmed, plant, run, under_way
from lianglin.indicators.actions import refresh
from lianglin.kit import clock, held
from lianglin.kit.period import Period

pytestmark = pytest.mark.rows("R043", "R048", "R060")
DAY = date(2026, 1, 1)
SPLIT = [Passage(DAY, "020601", "020607"), Passage(DAY, "020601", "020608")]
BEFORE, AFTER = DAY - timedelta(days=30), DAY + timedelta(days=30)


def test_a_split_between_the_days_joins_both_sides_whole() -> None:
    whole = {"020601", "020607", "020608"}
    assert kinship.family(["020601"], SPLIT, BEFORE, AFTER) == whole
    assert kinship.family(["020607"], SPLIT, BEFORE, AFTER) == whole


def test_a_split_outside_the_days_widens_nothing_that_is_compared() -> None:
    later = AFTER + timedelta(days=30)
    assert kinship.family(["020607"], SPLIT, AFTER, later) == {"020607"}
    assert kinship.family(["020601"], SPLIT, AFTER, later) == {"020601", "020607", "020608"}
    assert kinship.family(["020607"], SPLIT, BEFORE, DAY - timedelta(days=1)) == {"020601", "020607"}


def test_chains_of_changes_are_followed_and_circles_end() -> None:
    chain = [Passage(DAY, "a", "b"), Passage(AFTER, "b", "c"), Passage(AFTER, "c", "a")]
    assert kinship.family(["a"], chain, BEFORE, AFTER) == {"a", "b", "c"}
    assert kinship.folded(chain[:2], AFTER) == {"a": "c", "b": "c"}
    assert kinship.folded(chain, AFTER) == {}
    assert kinship.groups(chain[:2], BEFORE, AFTER) == [frozenset("abc")]


def test_a_split_item_is_folded_into_none_of_its_parts() -> None:
    assert kinship.folded(SPLIT, AFTER) == {}
    assert kinship.folded(SPLIT[:1], BEFORE) == {}, "a change that is still to come folds nothing"
    assert kinship.folded(SPLIT[:1], AFTER) == {"020601": "020607"}


@pytest.fixture
def town(db: None) -> Town:
    return built()


def changed(town: Town, on: date, old: Item, *new: str) -> list[Item]:
    """A version from a day on, in which these stand for an old item."""
    version = Catalogue.objects.create(version=f"v{on}", in_force_from=on, source="x")
    field = Field.objects.create(catalogue=version, code=old.code[:2], name="城市品质", name_en="City")
    category = Category.objects.create(field=field, code=old.code[:4], name="物业", name_en="Property")
    made = []
    for code in new:
        item = Item.objects.get(pk=old.pk)
        item.pk, item.category, item.code, item.name = None, category, code, f"项{code}"
        item.save(force_insert=True)
        ItemSuccessor.objects.create(catalogue=version, old_code=old.code, new_code=code)
        made.append(item)
    held.forget()
    return made


def test_the_effect_of_a_class_counts_the_parts_of_its_split_item(town: Town) -> None:
    begun = clock.today() - timedelta(days=90)
    yesterday = clock.today() - timedelta(days=1)
    year = timedelta(days=365)
    plant(town, begun - year, yesterday - year, 30)
    problem = under_way(town, begun)
    first, second = changed(town, begun - timedelta(days=100), town.lamp, "020607", "020608")
    plant(town, begun, yesterday, 14, item=first)
    plant(town, begun, yesterday, 15, item=second)
    found = run(
        town, "street", problem_effects, "measure_effect", problem.pk, first_day=begun, last_day=yesterday
    )
    assert (found.before, found.after) == (30, 29)
    page = town.client("street").get(f"/appeals/problems/{problem.pk}/").content.decode()
    assert "项020607" in page


def test_cases_of_what_stands_for_the_item_today_go_into_its_class(town: Town) -> None:
    (renamed,) = changed(town, clock.today() - timedelta(days=5), town.lamp, "020607")
    old = plant(town, clock.today() - timedelta(days=9), clock.today() - timedelta(days=9), 1)
    new = plant(town, clock.today(), clock.today(), 1, item=renamed)
    problem = confirmed(town, codes=["020607"])
    run(town, "street", problems, "add_cases", problem.pk, case_ids=[new[0].pk])
    older = confirmed(town, codes=["0206"], breadth="class")
    run(town, "street", problems, "add_cases", older.pk, case_ids=[old[0].pk, new[0].pk])
    assert ProblemCase._base_manager.count() == 3


def test_a_campaign_counts_this_season_as_it_counted_the_last(town: Town) -> None:
    today, year = clock.today(), timedelta(days=365)
    plant(town, today - year, today - year + timedelta(days=9), 20)
    (renamed,) = changed(town, today - timedelta(days=200), town.lamp, "020607")
    plant(town, today - timedelta(days=20), today - timedelta(days=11), 20, item=renamed)
    made = run(
        town, "street", campaigns, "begin", scope_code=STREET, title="楼道亮灯", kind="other", codes=["020607"],
        unit=town.unit("unit"), document_no="",
    )  # fmt: skip
    with acting(town.world.actors[f"street-{STREET}"]) as by:
        last = campaigns.add_season(
            by=by, campaign_id=made.pk, label="上季", first_day=today - year, last_day=today - year + timedelta(days=19),
            fall_percent=None, goal="",
        )  # fmt: skip
        this = campaigns.add_season(
            by=by, campaign_id=made.pk, label="本季", first_day=today - timedelta(days=20), last_day=today,
            fall_percent=None, goal="",
        )  # fmt: skip
        found = seasons.compared(made, this, last, today)
    assert found is not None
    assert (found.then.cases, found.now.cases) == (20, 20)


def parts(day: date) -> dict[str, int]:
    with acting(job()):
        found = rates.counts({"appeals.received"}, Period.year(day.year), STREET, "item")
        return {one.member: one.numerator for one in found}


def test_rates_by_item_stand_under_the_item_that_counts_today(town: Town) -> None:
    day = date(clock.today().year, 2, 1)
    plant(town, day, day, 3)
    (renamed,) = changed(town, day + timedelta(days=5), town.lamp, "020607")
    plant(town, day + timedelta(days=9), day + timedelta(days=9), 2, item=renamed)
    assert parts(day)["020607"] == 5
    assert "020601" not in rates.items(parts(day))


def test_a_split_item_keeps_its_own_line_within_a_span_and_says_what_it_became(town: Town) -> None:
    day = date(clock.today().year, 2, 1)
    plant(town, day, day, 3)
    first, _second = changed(town, day + timedelta(days=5), town.lamp, "020607", "020608")
    plant(town, day + timedelta(days=9), day + timedelta(days=9), 2, item=first)
    found = parts(day)
    assert (found["020601"], found["020607"]) == (3, 2)
    assert "项020608" in str(rates.items(found)["020601"])


def test_months_by_item_are_compared_as_one_line_that_opens_into_all_its_rows(town: Town) -> None:
    month = Period.month_of(clock.today())
    before = month.start.replace(year=month.start.year - 1)
    plant(town, before, before, 12)
    first, second = changed(town, before + timedelta(days=60), town.lamp, "020607", "020608")
    plant(town, month.start, month.start, 5, item=first)
    plant(town, month.start, month.start, 6, item=second)
    with acting(job()):
        for span in (Period.month_of(before), month):
            refresh(by=job(), codes=["appeals.by_item"], span=span)
    ((codes, label),) = queries.compared_parts(before, month.start)
    assert codes == ("020601", "020607", "020608")
    desk = town.client("street")
    page = desk.get(f"/figures/parts/?place={HERE}&month={month.code}").content.decode()
    assert str(label) in page
    address = (
        f"/figures/rows/appeals.by_item/?place={HERE}&month={month.code}&member=020601%2B020607%2B020608"
    )
    rows = desk.get(address)
    assert rows.status_code == 200
    assert rows.context["shown"].counts.numerator == 11
    assert len(rows.context["cases"]) == 11
