"""The gate that waits for an assessment, the four eyes on it, the registers, the notice."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from django.db import transaction
from django.test import Client
from tests.world import WORKER, World

from lianglin.access.transaction import acting
from lianglin.kit import clock, discovery, live
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.privacy.actions import registers
from lianglin.privacy.models import Assessment, Sharing
from lianglin.privacy.queries import notice

OFFICER = "protection_officer"
WORDS = {"necessity": "必要", "risks": "风险", "measures": "措施"}


def assess(city: World, **given: Any) -> Assessment:
    wanted = {
        "domain": "appeals",
        **WORDS,
        "result": "passed",
        "valid_until": clock.today() + timedelta(days=365),
        **given,
    }
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        return registers.assess(by=by, **wanted)


@pytest.fixture
def unassessed(city: World) -> World:
    """The city as it is before anybody has assessed anything."""
    Assessment.objects.all().delete()
    live.forget()
    return city


def test_a_service_without_its_assessment_is_closed(unassessed: World) -> None:
    desk = unassessed.browser(WORKER)
    for answer in (
        Client().get("/appeals/report/"),
        desk.get("/appeals/desk/"),
        Client().post("/appeals/track/"),
    ):
        assert answer.status_code == 503
    page = Client(headers={"Accept-Language": "en"}).get("/appeals/track/").content.decode()
    assert "waits for its impact assessment" in page
    assert "/appeals/" not in Client().get("/").content.decode()
    assert 'href="/appeals/desk/"' not in desk.get("/work/").content.decode()


def test_its_interface_is_closed_too(unassessed: World) -> None:
    for answer in (
        Client().get("/api/v1/appeals/catalogue"),
        Client().post("/api/v1/appeals/", {}, "application/json"),
    ):
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert Client().get("/api/v1/places/search?q=和").status_code == 200


def test_what_needs_no_assessment_stays_open(unassessed: World) -> None:
    for path in ("/", "/privacy/", "/account/login/"):
        assert Client().get(path).status_code == 200


def test_an_assessment_opens_the_service_once_another_post_has_approved_it(unassessed: World) -> None:
    made = assess(unassessed)
    live.forget()
    assert Client().get("/appeals/track/").status_code == 503
    with acting(unassessed.actors["manager"]) as by:
        registers.approve(made.pk, by=by)
    assert Client().get("/appeals/track/").status_code == 200
    with acting(unassessed.actors[OFFICER]) as by:
        registers.withdraw_assessment(made.pk, by=by)
    assert Client().get("/appeals/track/").status_code == 503


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"result": "failed"}, 503),
        ({"valid_until": clock.today() - timedelta(days=1)}, 503),
        ({"valid_until": clock.today()}, 200),
        ({"sample": True}, 503),
        ({"approved_at": None}, 503),
    ],
)
def test_only_an_assessment_in_force_counts(unassessed: World, change: dict[str, Any], code: int) -> None:
    """A sample one opens nothing in a real city; in the demo it does."""
    made = assess(unassessed)
    Assessment.objects.filter(pk=made.pk).update(**{"approved_at": clock.now(), **change})
    live.forget()
    assert Client().get("/appeals/track/").status_code == code


def test_without_anybody_who_keeps_assessments_nothing_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "_reader", None)
    monkeypatch.setattr(live, "_kept", None)
    assert [code for code in ("appeals", "people") if live.is_live(code)] == ["people"]


def test_the_operators_word_counts_only_where_nobody_keeps_assessments(
    monkeypatch: pytest.MonkeyPatch, settings: Any, unassessed: World
) -> None:
    settings.ASSESSED = ("appeals",)
    live.forget()
    assert not live.is_live("appeals"), "the register wins"
    monkeypatch.setattr(live, "_reader", None)
    live.forget()
    assert live.is_live("appeals")
    live.forget()


def test_whoever_wrote_it_cannot_approve_it(unassessed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = assess(unassessed)
    writer = unassessed.actors[OFFICER]
    both = type(writer)(**{**writer.__dict__, "duties": writer.duties | {"privacy.approve"}})
    with acting(both) as by, pytest.raises(Forbidden):
        registers.approve(made.pk, by=by)
    with acting(unassessed.actors[WORKER]) as by, pytest.raises(Forbidden):
        registers.approve(made.pk, by=by)


def test_what_is_decided_is_decided_once(unassessed: World) -> None:
    made = assess(unassessed)
    with acting(unassessed.actors["manager"]) as by:
        registers.approve(made.pk, by=by)
        with pytest.raises(Conflict):
            registers.approve(made.pk, by=by)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"domain": "people"}, "domain"),
        ({"result": "maybe"}, "result"),
        ({"valid_until": clock.today()}, "valid_until"),
    ],
)
def test_an_assessment_that_says_nothing_is_refused(city: World, given: dict[str, Any], field: str) -> None:
    before = Assessment.objects.count()
    with pytest.raises(Refused) as refused:
        assess(city, **given)
    assert (refused.value.field, Assessment.objects.count()) == (field, before)


SHARED: dict[str, Any] = {
    "receiver": "供热办", "contact": "12345", "purpose": "办理供热投诉", "data": "地址", "basis": "statutory_duty",
    "basis_words": "供热条例第十条", "persons": 3,
}  # fmt: skip


def test_an_assessment_is_kept_while_it_is_written(city: World) -> None:
    """The longest page of the officer: a call in between loses nothing, sending it or deleting it leaves nothing."""
    desk, other = city.browser(OFFICER), city.browser(WORKER)
    page, save = "/privacy/desk/assessments/new/", "/messages/draft/privacy-assessment/"
    desk.post(save, {"necessity": "写到一半", "domain": "appeals"}, headers={"HX-Request": "true"})
    form = desk.get(page).context["form"]
    assert (form["necessity"].value(), form["domain"].value(), form.resumed) == ("写到一半", "appeals", True)
    assert "您之前写了一部分" in desk.get(page).content.decode()
    other.post(save, {"necessity": "别人的"})
    assert desk.get(page).context["form"]["necessity"].value() == "写到一半"
    wrong = desk.post(page, {"necessity": "写完了"})
    assert wrong.status_code == 422
    assert wrong.context["form"]["necessity"].value() == "写完了", "what was sent, not what was kept"
    day = (clock.today() + timedelta(days=200)).isoformat()
    sent = {"domain": "appeals", **WORDS, "result": "passed", "valid_until": day}
    assert desk.post(page, sent).status_code == 303
    form = desk.get(page).context["form"]
    assert (form["necessity"].value(), form.resumed) == (None, False)


def test_a_giving_is_recorded_by_the_officer_alone(city: World) -> None:
    for code, error in ((WORKER, Forbidden), ("manager", Forbidden)):
        with acting(city.actors[code]) as by, pytest.raises(error):
            registers.record_sharing(by=by, shared_on=clock.today(), **SHARED)
    with acting(city.actors[OFFICER]) as by:
        with pytest.raises(Refused):
            registers.record_sharing(by=by, shared_on=clock.today() + timedelta(days=1), **SHARED)
        made = registers.record_sharing(by=by, shared_on=clock.today(), **SHARED)
    assert Sharing.objects.get().recorded_by_id == city.posts[OFFICER].pk == made.recorded_by_id
    assert "供热办" in Client().get("/privacy/").content.decode()


def test_a_contract_does_not_end_before_it_begins(city: World) -> None:
    today = clock.today()
    given = {"name": "x", "task": "x", "data": "x", "contract": "x", "contact": "x"}
    with acting(city.actors[OFFICER]) as by, pytest.raises(Refused) as refused:
        registers.record_processor(by=by, from_on=today, to_on=today - timedelta(days=1), **given)
    assert refused.value.field == "to_on"


def test_the_register_of_processing_names_every_declared_column(city: World) -> None:
    browser = city.browser(OFFICER)
    rows = list(
        csv.reader(
            io.StringIO(browser.get("/privacy/desk/registers/processing/csv/").content.decode("utf-8-sig"))
        )
    )
    book = openpyxl.load_workbook(io.BytesIO(browser.get("/privacy/desk/registers/processing/xlsx/").content))
    sheet = [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert rows == sheet
    said = "".join(cell for row in rows for cell in row)
    for personal in discovery.each("personal"):
        assert personal.column.endswith("_match") or str(personal.label) in said, personal.column


def test_the_notice_changes_its_version_with_a_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    before = notice.version()
    each: Callable[[str], Any] = discovery.each
    monkeypatch.setattr(discovery, "each", lambda name: list(each(name))[1:])
    assert notice.version() != before


def test_the_public_notice_says_it_all_and_stays_light(city: World) -> None:
    answer = Client().get("/privacy/")
    text = answer.content.decode()
    assert len(answer.content) < 80_000
    for words in ("15个工作日", city.organisations["city"].name, "身份证号"):
        assert words in text, words
    english = Client(headers={"Accept-Language": "en"}).get("/privacy/").content.decode()
    assert "ID number" in english
    assert "2 years after" in english
