"""我的同意: one press either way, a guardian's pages, and what a withdrawal takes with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from tests.world import World

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.facts.domain import TOLD
from lianglin.facts.models import Fact
from lianglin.facts.tests.scene import Scene
from lianglin.facts.tests.scene import build as with_facts
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.events import ConsentChanged
from lianglin.people.models import Consent, Guardianship, Membership, Resident
from lianglin.people.tests import scene
from lianglin.people.tests.scene import Family, logged_in
from lianglin.privacy.actions.erasing import erase, forget_withdrawn
from lianglin.privacy.models import Erasure, RightsRequest
from lianglin.privacy.queries import subjects
from lianglin.privacy.queries.subjects import Key
from lianglin.privacy.tasks import forget_withdrawn as heard


@pytest.fixture
def family(city: World) -> Family:
    made = scene.family(city)
    for person in made:
        person.phone, person.phone_match = "15412345678", match_key("15412345678", "phone")
        person.save(update_fields=["phone", "phone_match"])
    return made


def text(answer: Any) -> str:
    return answer.content.decode()


def press(browser: Any, words: Any, decision: str) -> Any:
    return browser.post(
        "/privacy/mine/consents/decide/", {"text": words.pk, "decision": decision}, follow=True
    )


def test_agreeing_and_taking_back_is_one_press_each(city: World, family: Family) -> None:
    words, browser = scene.text(), logged_in(family.mother)
    page = text(browser.get("/privacy/mine/consents/"))
    assert "社区用电话联系您" in page
    assert 'value="given"' in page
    assert 'value="withdrawn"' in text(press(browser, words, "given"))
    assert 'value="given"' in text(press(browser, words, "withdrawn"))
    assert [c.decision for c in Consent._base_manager.order_by("pk")] == ["given", "withdrawn"]


def test_saying_no_costs_no_service(city: World, family: Family) -> None:
    browser = logged_in(family.mother)
    page = text(press(browser, scene.text(), "refused"))
    assert "不影响您享受任何服务" in page
    assert 'value="refused"' not in page
    for path in ("/privacy/mine/held/", "/privacy/mine/ask/", "/appeals/report/"):
        assert browser.get(path).status_code in (200, 302)
    assert browser.post("/privacy/mine/ask/", {"kind": "explain", "text": "为什么要问我"}).status_code == 200


def test_a_child_is_told_who_decides(city: World, family: Family) -> None:
    words, browser = scene.text(), logged_in(family.child)
    assert 'value="given"' not in text(browser.get("/privacy/mine/consents/"))
    press(browser, words, "given")
    assert not Consent._base_manager.exists()


def test_a_guardian_acts_on_the_wards_pages_and_comes_back(city: World, family: Family) -> None:
    words, browser = scene.text(), logged_in(family.mother)
    assert f"/privacy/mine/for/{family.child.pk}/" in text(browser.get("/privacy/mine/"))
    assert browser.post(f"/privacy/mine/for/{family.child.pk}/").status_code == 303
    held = text(browser.post("/privacy/mine/held/"))
    assert "单小宝" in held
    assert "单雄英" not in held
    press(browser, words, "given")
    assert Consent._base_manager.get().resident_id == family.child.pk
    browser.post("/privacy/mine/ask/", {"kind": "correct", "text": "名字写错了"})
    assert RightsRequest._base_manager.get().acting_for == "guardian"
    browser.post("/privacy/mine/for/me/")
    assert "单雄英" in text(browser.post("/privacy/mine/held/"))


def test_nobody_acts_for_somebody_elses_child(city: World, family: Family) -> None:
    stranger = Resident._base_manager.exclude(pk__in=[p.pk for p in family]).first()
    assert logged_in(stranger).post(f"/privacy/mine/for/{family.child.pk}/").status_code == 404
    forged = logged_in(stranger, ward=family.child.pk)  # a session from when it was still so
    assert "单小宝" not in text(forged.post("/privacy/mine/held/"))


def test_the_end_of_a_guardianship_ends_the_acting_at_once(city: World, family: Family) -> None:
    browser = logged_in(family.mother)
    browser.post(f"/privacy/mine/for/{family.child.pk}/")
    Guardianship._base_manager.filter(ward=family.child).update(to_on=scene.SINCE)
    assert "单小宝" not in text(browser.post("/privacy/mine/held/"))


def test_what_rested_on_the_consent_goes_with_it(city: World, family: Family) -> None:
    words, browser = scene.text(), logged_in(family.mother)
    press(browser, words, "given")
    press(browser, words, "withdrawn")
    event = ConsentChanged(
        1, family.mother.pk, family.mother.scope_code, "contact", False, clock.now().isoformat()
    )
    with acting(job()):
        heard(event)
        heard(event)  # delivered twice
    person = Resident._base_manager.get(pk=family.mother.pk)
    assert (person.phone, person.phone_match, person.name) == (None, None, "单雄英")
    assert Resident._base_manager.get(pk=family.youth.pk).phone == "15412345678"
    entry = Erasure.objects.get()
    assert (entry.model, entry.method, sorted(entry.columns)) == (
        "people.Resident", "tombstone", ["phone", "phone_match"],
    )  # fmt: skip


def test_what_was_told_on_a_consent_is_read_by_the_person_and_goes_when_it_is_taken_back(db: None) -> None:
    told: Scene = with_facts()
    consent = told.agree()
    told.record("person.education", "20")
    told.record("household.car", "1")
    kept = told.record("person.marital", "20")
    me = Resident._base_manager.get(pk=told.resident_id)
    browser = logged_in(me)
    assert "大学本科" not in text(browser.get("/privacy/mine/held/"))  # masked until a press
    page = text(browser.post("/privacy/mine/held/"))
    assert "文化程度" in page
    assert "大学本科" in page
    copy = browser.get("/privacy/mine/copy/json/").json()
    facts = next(t for t in copy["tables"] if t["model"] == "facts.Fact")
    assert {row["value"] for row in facts["rows"]} == {"大学本科", "已婚", "是"}  # the car is the household's
    assert "保存我告诉社区的情况（第1版）" in page
    with acting(job()) as by:
        granted = subjects.copy_of(Key("resident", me.pk), by, clock.now())
    again = next(t for t in granted["tables"] if t["model"] == "facts.Fact")
    assert {row["value"] for row in again["rows"]} == {row["value"] for row in facts["rows"]}
    assert "保存我告诉社区的情况" in text(browser.get("/privacy/mine/consents/"))
    press(browser, consent.text, "withdrawn")
    with acting(job()):
        heard(ConsentChanged(1, me.pk, me.scope_code, TOLD, False, clock.now().isoformat()))
    assert list(Fact._base_manager.values_list("pk", flat=True)) == [kept.pk]
    assert Erasure.objects.get().model == "facts.Fact"


def test_a_consent_given_again_keeps_what_rests_on_it(city: World, family: Family) -> None:
    words, browser = scene.text(), logged_in(family.mother)
    for decision in ("given", "withdrawn", "given"):
        press(browser, words, decision)
    with acting(job()) as by:
        assert forget_withdrawn(resident_id=family.mother.pk, purpose="contact", by=by) == []
    assert Resident._base_manager.get(pk=family.mother.pk).phone == "15412345678"


def test_the_receipt_of_a_matter_gives_no_say_over_consents(city: World) -> None:
    from tests.world import resident_browser

    holder = resident_browser(city.report().case.pk)
    assert holder.get("/privacy/mine/consents/").status_code == 302
    assert press(holder, scene.text(), "given").status_code == 200
    assert not Consent._base_manager.exists()


@pytest.mark.parametrize("extent", ["consent", "all"])
def test_a_granted_erasure_takes_what_rests_on_the_consent(db: None, extent: str) -> None:
    told: Scene = with_facts()
    told.agree()
    told.record("person.education", "20")
    told.record("household.car", "1")
    kept = told.record("dwelling.heating", "gas")
    by_law = told.record("person.marital", "20")
    with acting(told.world.actors["protection_officer"]) as officer:
        erase(key=Key("resident", told.resident_id), extent=extent, by=officer)
    left = set(Fact._base_manager.values_list("pk", flat=True))
    assert left == ({kept.pk, by_law.pk} if extent == "consent" else {kept.pk})


def test_nobody_reads_what_is_known_of_a_home_one_does_not_live_in(db: None) -> None:
    told: Scene = with_facts()
    told.record("dwelling.heating", "gas")
    elsewhere = Membership._base_manager.exclude(household=told.household).first()
    assert elsewhere is not None
    mine = text(logged_in(Resident._base_manager.get(pk=told.resident_id)).post("/privacy/mine/held/"))
    theirs = text(logged_in(Resident._base_manager.get(pk=elsewhere.resident_id)).post("/privacy/mine/held/"))
    assert "燃气采暖" in mine
    assert "燃气采暖" not in theirs
    with acting(told.world.actors["community-230103001002"]), connection.cursor() as cursor:
        cursor.execute("select count(*) from facts_own_home()")
        assert cursor.fetchone() == (0,)


def test_relations_and_persons_are_read_in_words(city: World, family: Family) -> None:
    page = text(logged_in(family.child).post("/privacy/mine/held/"))
    assert "儿子" in page
    assert "单小宝" in page


def test_the_words_one_was_shown_stay_readable_when_others_came_into_force(
    city: World, family: Family
) -> None:
    words, browser = scene.text(), logged_in(family.mother)
    press(browser, words, "given")
    words.pk, words.version, words.text = None, words.version + 1, "现在的文字。"
    words.in_force_from = clock.now()
    words.save(force_insert=True)
    page = text(browser.get("/privacy/mine/consents/"))
    assert "现在的文字。" in page
    assert "社区用电话联系您。" in page
    assert 'value="withdrawn"' in page
