"""Figures of the whole city: what is imported is one number by two people, and opens into nothing."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.urls import reverse
from tests.world import HERE

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.benefits.models import CityFigure
from lianglin.benefits.queries import city_figures as queries
from lianglin.benefits.tests import claim_city, life_scene
from lianglin.benefits.tests.life_scene import SECOND, WRITER, Scene
from lianglin.indicators import actions as figures
from lianglin.indicators.models import IndicatorValue, PublishedValue
from lianglin.kit import clock, discovery
from lianglin.kit.period import Period

FILE = b"month,persons\n2026-10,5472\n"


@pytest.fixture
def scene(db: None) -> Scene:
    return life_scene.build()


def last_month() -> Period:
    return Period.month_of(clock.today()).previous()


def entered(scene: Scene, **more: Any) -> HttpResponse:
    month = last_month()
    given = {
        "figure": "medical_aid", "month": str(month.start), "value": "5472", "as_of": str(month.end - timedelta(days=1)),
        "source": "市医保局月报", "file": SimpleUploadedFile("aid.csv", FILE),
    } | more  # fmt: skip
    return scene.browser(WRITER).post(reverse("benefits:city_figures"), given)


def approved(scene: Scene, by: str = SECOND) -> HttpResponse:
    waiting = CityFigure.objects.get(state="waiting")
    return scene.browser(by).post(reverse("benefits:city_figure", args=[waiting.pk]), {"do": "approve"})


def counted() -> None:
    with acting(job()) as by:
        figures.rebuild(by=by, months=3)


@pytest.mark.rows("R069", "R070")
def test_one_number_counts_after_a_second_person_and_only_for_the_city(scene: Scene) -> None:
    assert entered(scene).status_code == 303
    counted()
    of_aid = IndicatorValue.objects.filter(indicator=queries.MEDICAL_AID)
    assert not of_aid.exists()  # what waits counts nothing
    assert approved(scene).status_code == 303
    counted()
    assert list(of_aid.values_list("month", "scope_code", "numerator")) == [(last_month().start, "", 5472)]
    published = PublishedValue.objects.filter(indicator=queries.MEDICAL_AID)
    assert list(published.values_list("scope_code", "numerator", "hidden")) == [("", 5472, "")]
    kept = CityFigure.objects.get()
    assert kept.file_digest == hashlib.sha256(FILE).hexdigest()


@pytest.mark.rows("R070")
def test_it_opens_into_no_rows_and_is_not_zero_where_it_is_not_known(scene: Scene) -> None:
    entered(scene)
    approved(scene)
    counted()
    assert not discovery.indicators()[queries.MEDICAL_AID].rows
    month = last_month()
    for place, shown in (("", 5472), (HERE, "–")):
        page = scene.browser("manager").get(
            reverse("indicators:dashboard"),
            {"place": place, "month": month.code, "indicator": queries.MEDICAL_AID},
        )
        tile = next(one for one in page.context["sheet"].tiles if one.indicator.code == queries.MEDICAL_AID)
        assert tile.text == shown
    before = scene.browser("manager").get(
        reverse("indicators:dashboard"),
        {"place": "", "month": month.previous().code, "indicator": queries.MEDICAL_AID},
    )
    tile = next(one for one in before.context["sheet"].tiles if one.indicator.code == queries.MEDICAL_AID)
    assert tile.text == "–"


@pytest.mark.rows("R070")
def test_nobody_approves_the_own_number(scene: Scene) -> None:
    entered(scene)
    assert approved(scene, WRITER).status_code == 403
    waiting = CityFigure.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        CityFigure.objects.filter(pk=waiting.pk).update(approved_by=waiting.entered_by)


@pytest.mark.rows("R070")
def test_a_corrected_number_replaces_the_month_s_former_one(scene: Scene) -> None:
    for value in ("5472", "5480"):
        entered(scene, value=value)
        approved(scene)
    assert dict(CityFigure.objects.values_list("value", "state")) == {5472: "replaced", 5480: "in_force"}
    entered(scene)
    assert entered(scene).status_code == 409  # one waits already


@pytest.mark.rows("R070")
@pytest.mark.parametrize(
    "wrong",
    [{"value": "-1"}, {"value": "1000000001"}, {"source": " "}, {"as_of": "2020-01-01"}, {"month": "2099-01-01"}, {"file": ""}],
)  # fmt: skip
def test_a_number_that_cannot_be_is_refused_and_what_was_typed_stays(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    answer = entered(scene, **wrong)
    assert answer.status_code == 422
    assert "市医保局月报" in answer.content.decode() or "source" in wrong
    assert not CityFigure.objects.exists()


def test_others_enter_none(scene: Scene) -> None:
    for who in ("manager", life_scene.LEGAL):
        scene.browser(who).post(reverse("benefits:city_figures"), {"figure": "medical_aid"})
    assert not CityFigure.objects.exists()


@pytest.mark.rows("R066")
def test_measures_in_force_are_counted_by_the_day(scene: Scene) -> None:
    span = Period.month(2026, 2)
    (cell,) = queries.cells([queries.MEASURES], span, None)
    assert (cell.scope_code, cell.numerator) == ("", 3)
    assert not list(queries.cells([queries.MEASURES], span, ["230103001001"]))


@pytest.mark.rows("R066")
@pytest.mark.parametrize(
    ("day", "there"),
    [
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), [1]),
        (date(2026, 2, 28), [1]),  # its last day
        (date(2026, 3, 1), []),
        (date(2026, 5, 1), [1]),  # the next version begins
        (date(2027, 1, 1), [1]),
    ],
)
def test_a_measure_counts_once_from_its_first_day_to_its_last(day: date, there: list[int]) -> None:
    versions = [(1, date(2026, 1, 1), date(2026, 2, 28)), (1, date(2026, 5, 1), None)]
    assert queries.in_force(versions, day) == there


@pytest.mark.rows("R066", "R007")
def test_what_was_not_asked_again_is_counted_from_the_papers_filed(db: None) -> None:
    from lianglin.people.models import Resident

    city = claim_city.build()
    Resident._base_manager.filter(pk=city.home.resident_id).update(id_number="230103195001010011")
    city.brought_to("gathering", city.noticed)  # not filed: not counted
    city.brought_to("filed")
    month = Period.month_of(clock.today())
    with acting(job()):
        (cell,) = queries.cells([queries.REUSED], month, None)
    assert (cell.scope_code, cell.numerator, cell.denominator) == (city.home.scope_code, 1, 2)
    with acting(city.actor(claim_city.WORKER)) as by:
        for part, names in (("numerator", {"居民身份证"}), ("rest", {"银行卡"})):
            found = queries.rows(queries.REUSED, by, city.home.scope_code, month, part, "")
            assert {paper.name for paper in found} == names
