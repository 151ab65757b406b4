"""What people tell is kept on their consent to words in force, and under its number."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from tests.world import WORKER

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.facts import actions, queries
from lianglin.facts.actions import NewFact
from lianglin.facts.domain import TOLD, TOLD_SENSITIVE
from lianglin.facts.models import Conflict, Fact
from lianglin.facts.tests.scene import SINCE, Scene, build
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.people.models import Household, Membership


@pytest.fixture
def scene(db: None) -> Scene:
    return build()


def must_be_refused(scene: Scene, element: str, value: str) -> None:
    kind = element.split(".")[0]
    subject = scene.resident_id if kind == "person" else scene.household.pk
    with acting(scene.world.actors[WORKER]) as actor, pytest.raises(Refused) as refused:
        actions.record([NewFact(kind, subject, element, value, SINCE)], by=actor)
    assert refused.value.field == "consent"


def test_an_answer_carries_the_consent_it_rests_on(scene: Scene) -> None:
    consent = scene.agree()
    assert scene.record("person.education", "20").consent_id == consent.pk
    assert scene.record("household.car", "1").consent_id == consent.pk
    assert scene.record("dwelling.heating", "gas").consent_id is None


@pytest.mark.parametrize("decision", ["refused", "withdrawn"])
def test_who_said_no_or_took_it_back_is_not_written_about(scene: Scene, decision: str) -> None:
    scene.agree()
    scene.agree(decision=decision)
    must_be_refused(scene, "person.education", "20")
    assert not Fact._base_manager.exists()


def test_sensitive_answers_need_the_separate_consent(scene: Scene) -> None:
    scene.agree()
    must_be_refused(scene, "person.assistive_device", "轮椅")
    separate = scene.agree(TOLD_SENSITIVE)
    assert scene.record("person.assistive_device", "轮椅").consent_id == separate.pk


def test_nobody_agrees_for_another_person(scene: Scene) -> None:
    elsewhere = Membership._base_manager.exclude(household=scene.household).first()
    assert elsewhere is not None
    scene.agree(resident_id=elsewhere.resident_id)
    must_be_refused(scene, "person.education", "20")
    must_be_refused(scene, "household.car", "1")


def test_the_page_shows_the_words_instead_of_a_form_until_somebody_agreed(scene: Scene) -> None:
    browser = scene.world.browser(WORKER)
    browser.post(reverse("facts:household", args=[scene.household.pk]), {"purpose": "serve_household"})
    where = reverse("facts:fact", args=[scene.household.pk, "person", scene.resident_id, "person.education"])
    scene.agree(decision="refused")
    page = browser.get(where).content.decode()
    assert "只用来判断哪些服务适合您家" in page
    assert reverse("people:paper", args=[scene.resident_id]) in page
    assert 'name="value"' not in page
    scene.agree()
    page = browser.get(where).content.decode()
    assert 'name="value"' in page
    assert "保存我告诉社区的情况" in page


def test_a_correction_stays_under_the_same_consent(scene: Scene) -> None:
    consent = scene.agree()
    scene.record("person.education", "20")
    with acting(job()) as by:
        actions.correct(scene.resident_id, "person.education", "30", None, by)
    newest = Fact._base_manager.order_by("-id")[0]
    assert (newest.value, newest.consent_id) == ("30", consent.pk)
    assert consent.purpose == TOLD


def test_every_partition_finds_facts_by_their_consent(scene: Scene) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where not i.indisvalid), count(*) from pg_index i"
            " join pg_inherits h on h.inhrelid = i.indexrelid where h.inhparent = 'facts_fact_consent'::regclass"
        )
        invalid, parts = cursor.fetchone()
        cursor.execute("select count(*) from pg_inherits where inhparent = 'facts_fact'::regclass")
        assert (invalid, parts) == (0, cursor.fetchone()[0])
        cursor.execute("select indisvalid from pg_index where indexrelid = 'facts_fact_consent'::regclass")
        assert cursor.fetchone() == (True,)


# --- as of a day -----------------------------------------------------------------------------------------


def test_a_past_day_shows_who_lived_there_then(scene: Scene) -> None:
    scene.agree()
    scene.record("person.education", "20")
    scene.record("dwelling.rooms", "3")
    Membership._base_manager.filter(household=scene.household).update(
        from_on=SINCE, to_on=clock.today() - timedelta(days=2)
    )
    with acting(scene.world.actors[WORKER]) as actor:
        past = clock.today() - timedelta(days=9)
        then = queries.of_household(scene.household.pk, actor=actor, valid_on=past)
        now = queries.of_household(scene.household.pk, actor=actor)
        lived = queries.members(scene.household.pk, actor, past)
    assert {h.element.code for h in then} == {"person.education", "dwelling.rooms"}
    assert {h.element.code for h in now} == {"dwelling.rooms"}
    assert [m.resident_id for m in lived] == [scene.resident_id]


def test_a_decision_does_not_reach_back_before_it_was_taken(scene: Scene) -> None:
    scene.record("dwelling.heating", "network", source="steward")
    scene.record("dwelling.heating", "gas", source="visit")
    before = clock.now()
    with acting(scene.world.actors[WORKER]) as actor:
        conflict = Conflict._base_manager.get()
        actions.decide(conflict.pk, source="visit", reason="见到燃气炉", by=actor)
        values = [
            queries.of_household(scene.household.pk, actor=actor, known_at=at)[0].value
            for at in (before, clock.now())
        ]
    assert values == ["network", "gas"]


def test_the_card_is_read_as_of_a_day_and_refuses_the_future(scene: Scene) -> None:
    old, new = SINCE, clock.today() - timedelta(days=1)
    Household._base_manager.filter(pk=scene.household.pk).update(formed_on=old)
    Membership._base_manager.filter(household=scene.household).update(from_on=old)
    scene.record("dwelling.heating", "coal", valid_from=old)
    scene.record("dwelling.heating", "network", valid_from=new)
    browser, url = scene.world.browser(WORKER), reverse("facts:household", args=[scene.household.pk])
    opened = {"purpose": "serve_household"}
    assert "集中供热" in browser.post(url, opened).content.decode()
    page = browser.post(url, {**opened, "valid_on": (new - timedelta(days=1)).isoformat()}).content.decode()
    assert "燃煤" in page
    assert "集中供热" not in page
    future = (clock.today() + timedelta(days=1)).isoformat()
    assert browser.post(url, {**opened, "valid_on": future}).status_code == 422
