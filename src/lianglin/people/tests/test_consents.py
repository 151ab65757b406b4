"""Consent: words that nobody changes, one press to give and to withdraw, guardians under 14, no nagging."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.world import FAR, HERE, WORKER, World, build

from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Forbidden, Refused
from lianglin.people import rules
from lianglin.people.actions import consents as actions
from lianglin.people.actions.consents import Paper
from lianglin.people.models import Consent, Guardianship
from lianglin.people.queries import consents as queries
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family, own

OFFICER = "protection_officer"


@pytest.fixture
def city(db: None) -> World:
    return build()


@pytest.fixture
def family(city: World) -> Family:
    return scene.family(city)


def decide(person: Any, text: Any, decision: str, guardian_id: int | None = None, **given: Any) -> Any:
    with acting(own(person, guardian_id)) as by, expecting(**given):
        return actions.decide(text_id=text.pk, decision=decision, by=by)
    return None


@contextmanager
def expecting(refused: Any = None, field: str = "") -> Iterator[None]:
    """With ``refused``: inside the actor's transaction the action says no, at this field."""
    if refused is None:
        yield
        return
    with pytest.raises(refused) as wrong:
        yield
    assert wrong.value.field == field or not field


def holds(person: Any, city: World, at: datetime | None = None) -> bool:
    with acting(city.actors[WORKER]) as by:
        return queries.consented(person.pk, "contact", at, actor=by)


def jobs() -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute("select args from procrastinate_jobs where task_name = 'deliver_event' order by id")
        found = [json.loads(row[0]) for row in cursor.fetchall()]
    return [job for job in found if job["name"] == "ConsentChanged"]


def test_given_and_withdrawn_with_one_press_each(city: World, family: Family) -> None:
    text = scene.text()
    assert not holds(family.mother, city)
    decide(family.mother, text, "given")
    assert holds(family.mother, city)
    before = clock.now()
    decide(family.mother, text, "withdrawn")
    assert not holds(family.mother, city)
    assert holds(family.mother, city, before)  # what was done until then rested on it (PIPL 15)
    assert [job["data"]["given"] for job in jobs()] == [True, False]


def test_the_same_word_twice_is_one(city: World, family: Family) -> None:
    text = scene.text()
    assert decide(family.mother, text, "given").pk == decide(family.mother, text, "given").pk
    assert len(jobs()) == 1


def test_a_refusal_is_kept_and_tells_nobody(city: World, family: Family) -> None:
    decide(family.mother, scene.text(), "refused")
    assert not holds(family.mother, city)
    assert jobs() == []


def test_nothing_to_withdraw_is_said(city: World, family: Family) -> None:
    decide(family.mother, scene.text(), "withdrawn", refused=Refused)


def test_under_14_the_guardian_decides_and_nobody_else(city: World, family: Family) -> None:
    text, mother = scene.text(), family.mother.pk
    decide(family.child, text, "given", refused=Forbidden)
    made = decide(family.child, text, "given", guardian_id=mother)
    assert made.guardianship_id == Guardianship._base_manager.get(ward=family.child).pk
    assert holds(family.child, city)
    decide(family.child, text, "withdrawn")  # stopping is open to the child as well
    decide(family.child, text, "given", guardian_id=family.youth.pk, refused=Forbidden)


def test_from_14_on_the_young_person_decides(city: World, family: Family) -> None:
    text = scene.text()
    decide(family.youth, text, "given", guardian_id=family.mother.pk, refused=Forbidden)
    decide(family.youth, text, "given")
    assert holds(family.youth, city)


def test_without_a_birth_date_nobody_agrees_alone(city: World, family: Family) -> None:
    family.mother.born_on = None
    family.mother.save(update_fields=["born_on"])
    decide(family.mother, scene.text(), "given", refused=Forbidden)


def test_an_old_page_must_be_read_again(city: World, family: Family) -> None:
    old = scene.text()
    scene.text(version=2, in_force_from=clock.now())
    decide(family.mother, old, "given", refused=Refused)


def test_a_text_that_asks_anew_ends_what_was_given(city: World, family: Family) -> None:
    decide(family.mother, scene.text(), "given")
    kept = scene.text(version=2, in_force_from=clock.now())
    assert holds(family.mother, city)
    scene.text(version=3, in_force_from=clock.now(), renews=True)
    assert not holds(family.mother, city)
    with acting(city.actors[WORKER]) as by:
        (standing,) = queries.standings(family.mother.pk, actor=by)
    assert standing.may_ask
    assert standing.text.version == 3 != kept.version


def paper(text: Any, **given: Any) -> Paper:
    return Paper(
        **{"text_id": text.pk, "form_number": "F1", "decision": "given", "signed_on": clock.today(), **given}
    )


def record(city: World, person: Any, form: Paper, code: str = WORKER, **given: Any) -> Any:
    with acting(city.actors[code]) as by, expecting(**given):
        return actions.record_paper(person.pk, paper=form, by=by)
    return None


def test_the_desk_writes_down_a_form_with_its_number(city: World, family: Family) -> None:
    text = scene.text()
    record(city, family.mother, paper(text, form_number="F2"), refused=Refused, field="form_number")
    made = record(city, family.mother, paper(text))
    assert (made.channel, made.form_number) == ("paper", "F1")
    assert holds(family.mother, city)


@pytest.mark.parametrize("days", [-31, 1])
def test_a_form_is_signed_between_its_first_day_and_today(city: World, family: Family, days: int) -> None:
    record(
        city,
        family.mother,
        paper(scene.text(), signed_on=clock.today() + timedelta(days=days)),
        refused=Refused,
        field="signed_on",
    )


def test_a_guardian_signs_for_a_child(city: World, family: Family) -> None:
    text, held = scene.text(), Guardianship._base_manager
    record(city, family.child, paper(text), refused=Refused)
    record(city, family.child, paper(text, guardianship_id=held.get(ward=family.child).pk))
    assert holds(family.child, city)
    record(city, family.youth, paper(text, guardianship_id=held.get(ward=family.youth).pk), refused=Refused)


def test_after_a_refusal_nobody_asks_again(city: World, family: Family, settings: Any) -> None:
    text = scene.text()
    decide(family.mother, text, "refused")
    record(city, family.mother, paper(text), refused=Refused, field="asked_by_person")
    record(city, family.mother, paper(text, asked_by_person=True))
    assert holds(family.mother, city)


def test_another_community_records_nothing(city: World, family: Family) -> None:
    record(city, family.mother, paper(scene.text()), f"community-{FAR}", refused=Forbidden)


def test_decisions_and_words_cannot_be_changed(city: World, family: Family) -> None:
    decide(family.mother, scene.text(), "given")
    for role, actor in (("staff", city.actors[WORKER]), ("resident", own(family.mother))):
        for statement in (
            "update people_consent set decision = 'refused'",
            "update people_consenttext set text = 'x'",
        ):
            with acting(actor), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                connection.cursor().execute(statement)
        assert role


def test_the_officer_publishes_the_next_version(city: World) -> None:
    with acting(city.actors[OFFICER]) as by:
        first = actions.publish_text(words=scene.WORDS, by=by)
        second = actions.publish_text(words=scene.WORDS, by=by)
    assert (first.version, second.version) == (1, 2)
    assert first.digest == second.digest
    with acting(city.actors[WORKER]) as by, pytest.raises(Forbidden):
        actions.publish_text(words=scene.WORDS, by=by)


def test_staff_read_the_consents_of_their_place_alone(city: World, family: Family) -> None:
    decide(family.mother, scene.text(), "given")
    with acting(city.actors[f"community-{FAR}"]) as by:
        assert queries.decisions(family.mother.pk, actor=by) == []
    with acting(own(family.child)) as by:
        assert queries.decisions(family.mother.pk, actor=by) == []
    assert Consent._base_manager.get().scope_code == HERE


# --- the rules alone ---------------------------------------------------------------------------------------

START = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 1000).map(lambda hours: START + timedelta(hours=hours))
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
words = st.sampled_from(["given", "refused", "withdrawn"])


@given(
    said=st.lists(st.tuples(words, instants), max_size=6),
    at=instants,
    renewals=st.lists(instants, max_size=3),
)
def test_only_a_last_yes_on_words_that_stand_holds(
    said: list[tuple[str, datetime]], at: datetime, renewals: list[datetime]
) -> None:
    rows = [rules.Decided(word, when, START) for word, when in sorted(said, key=lambda one: one[1])]
    until = [row for row in rows if row.at <= at]
    expected = bool(until) and until[-1].decision == "given" and not any(START < r <= at for r in renewals)
    assert rules.holds(rows, renewals, at) == expected


@unhurried
@given(word=st.sampled_from(["refused", "withdrawn"]), at=instants, later=st.integers(0, 800))
def test_the_quiet_time_after_a_no(word: str, at: datetime, later: int) -> None:
    last, quiet = rules.Decided(word, at, START), timedelta(days=10)
    now = at + timedelta(hours=later)
    assert rules.may_ask(last, [], now, quiet) == (later >= 240)
    assert rules.may_ask(None, [], now, quiet)
