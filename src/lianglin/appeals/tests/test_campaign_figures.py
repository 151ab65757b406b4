"""R043 as a figure: this season of campaigns beside the same days of the last, open down to both seasons' appeals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals.actions import campaigns
from lianglin.appeals.queries import campaign_figures as figures
from lianglin.indicators import queries
from lianglin.indicators.actions import refresh
from lianglin.indicators.rules import Counts
from lianglin.kit import discovery
from lianglin.kit.period import Period

from .figures_city import at, on
from .problem_scene import FAR, HERE, STREET, Town, built, plant, run

pytestmark = pytest.mark.rows("R043")
MONTH = Period.month(2026, 10)
THIS, LAST = date(2026, 10, 11), date(2025, 11, 1)


@pytest.fixture
def town(db: None) -> Town:
    return built()


def campaign(town: Town, *seasons: tuple[date, int], codes: tuple[str, ...] = ("020601",)) -> None:
    made = run(
        town, "street", campaigns, "begin", scope_code=STREET, title="楼道亮灯", kind="other", codes=list(codes),
        unit=town.unit("unit"),
    )  # fmt: skip
    for first, days in seasons:
        run(
            town, "street", campaigns, "add_season", campaign_id=made.pk, label=str(first), first_day=first,
            last_day=first + timedelta(days=days - 1),
        )  # fmt: skip


def counted(town: Town, prefix: str = HERE) -> Counts:
    with acting(job()) as by:
        refresh(by=by, codes=[figures.CODE], span=MONTH)
    indicator = discovery.indicators()[figures.CODE]
    return queries.sums(prefix, [([indicator], [MONTH.start])]).of(indicator, MONTH.start)


def opened(town: Town, part: str, name: str = "street") -> int:
    with acting(town.actor(name)) as actor:
        return figures.rows(figures.CODE, actor, actor.low, MONTH, part, "").count()


def test_the_days_of_this_season_in_the_month_stand_beside_the_same_days_of_the_last(town: Town) -> None:
    campaign(town, (LAST, 40), (THIS, 40))
    plant(
        town, LAST, LAST + timedelta(days=20), 21
    )  # its first 21 days: as many as October has of this season
    plant(town, LAST + timedelta(days=21), LAST + timedelta(days=39), 19)
    plant(town, THIS, THIS + timedelta(days=20), 7)
    plant(town, THIS - timedelta(days=3), THIS - timedelta(days=1), 3)
    plant(town, THIS, THIS, 5, item=town.lift)
    plant(town, THIS, THIS, 4, scope=FAR)
    assert counted(town) == Counts(7, 21)
    assert (opened(town, "numerator"), opened(town, "denominator")) == (7, 21)
    assert opened(town, "numerator", "other_street") == 0


def test_days_that_are_still_to_come_are_compared_with_nothing(town: Town) -> None:
    campaign(town, (LAST, 40), (THIS, 40))
    plant(town, LAST, LAST + timedelta(days=20), 21)
    with at(on("2026-10-16 12:00")):
        assert counted(town) == Counts(0, 5)


def test_a_longer_season_is_compared_as_far_as_the_last_one_went(town: Town) -> None:
    campaign(town, (LAST, 10), (THIS, 40))
    plant(town, LAST, LAST + timedelta(days=9), 10)
    plant(town, THIS, THIS + timedelta(days=19), 20)
    assert counted(town) == Counts(10, 10)


def test_a_first_season_has_nothing_beside_it(town: Town) -> None:
    campaign(town, (THIS, 40))
    plant(town, THIS, THIS, 5)
    assert counted(town) == Counts(0, 0)
    assert opened(town, "numerator") == 0


def test_an_appeal_on_two_campaigns_topics_counts_once(town: Town) -> None:
    campaign(town, (LAST, 40), (THIS, 40))
    campaign(town, (LAST, 40), (THIS, 40), codes=("020601", "020602"))
    plant(town, LAST, LAST, 4)
    plant(town, THIS, THIS, 3)
    assert counted(town) == Counts(3, 4)


def test_the_dashboard_opens_both_counts(town: Town) -> None:
    campaign(town, (LAST, 40), (THIS, 40))
    plant(town, LAST, LAST, 4)
    plant(town, THIS, THIS, 3)
    counted(town)
    desk, here = town.client("street"), f"/figures/rows/{figures.CODE}/?place={HERE}&month={MONTH.code}"
    for part, number in (("numerator", 3), ("denominator", 4)):
        page: Any = desk.get(f"{here}&part={part}")
        assert page.status_code == 200
        assert len(page.context["cases"]) == number
