"""Pages of matching: for whom, by what order, with which words; what is noted; who declined is left in peace."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from tests.world import FAR, HERE, STREET, UNIT, WORKER

from lianglin.access.models import AccessLog
from lianglin.benefits.models import (
    HealthErrand,
    HealthMatch,
    Match,
    MatchStep,
    PackageDelivery,
    RuleFeedback,
)
from lianglin.benefits.tests.match_scene import MatchScene, build, states
from lianglin.facts.models import Fact

NEIGHBOUR = "community-230103001002"
LISTS = ["matches", "health_errands", "match_list:near", "match_list:begins", "match_list:ends"]

pytestmark = [pytest.mark.rows("R066")]


@pytest.fixture
def scene(db: None) -> MatchScene:
    return build()


def url_of(name: str) -> str:
    name, _colon, which = name.partition(":")
    return reverse(f"benefits:{name}", args=[which] if which else [])


def opened(scene: MatchScene) -> Client:
    browser = scene.world.browser(WORKER)
    browser.post(reverse("facts:household", args=[scene.household_id]), {"purpose": "serve_household"})
    return browser


def test_the_lists_show_doors_and_what_is_missing_where(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        browser = scene.world.browser(WORKER)
        first = browser.get(url_of("matches")).content.decode()
        near = browser.get(url_of("match_list:near")).content.decode()
    assert "示例seventy" in first
    assert "和宁小区1号楼" in first
    assert "matches/" + str(scene.match("card").pk) not in first
    assert "王" not in first
    assert "示例card" in near
    assert "残疾人证" in near
    assert "残联" in near


def test_a_list_is_narrowed_to_a_measure_and_a_place(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        browser = scene.world.browser(STREET)
        page = browser.get(url_of("matches"), {"measure": "alone", "place": HERE}).content.decode()
        rows = browser.get(url_of("matches"), {"measure": "alone"}).context["rows"]
    assert page.count('<th scope="row">') == 2
    assert [row["match"].scope_code for row in rows] == sorted(row["match"].scope_code for row in rows)
    assert len(rows) == 4


@pytest.mark.parametrize("who", [UNIT, "manager", "protection_officer", "auditor", "resident"])
@pytest.mark.parametrize("name", LISTS)
def test_other_posts_see_no_list(scene: MatchScene, who: str, name: str) -> None:
    with scene.under():
        scene.run()
        browser = Client() if who == "resident" else scene.world.browser(who)
        answer = browser.get(url_of(name))
    assert answer.status_code in (302, 403)
    assert "示例" not in answer.content.decode()


@pytest.mark.parametrize("who", [NEIGHBOUR, f"community-{FAR}"])
def test_a_match_of_another_place_is_not_there(scene: MatchScene, who: str) -> None:
    with scene.under():
        scene.run()
        match, browser = scene.match("seventy"), scene.world.browser(who)
        for url in ("match", "match_slip"):
            assert browser.get(reverse(f"benefits:{url}", args=[match.pk])).status_code == 404
        told = browser.post(reverse("benefits:match", args=[match.pk]), {"do": "tell", "channel": "visit"})
        claim = browser.post(reverse("benefits:match_claim", args=[match.pk]))
    assert (told.status_code, claim.status_code) == (404, 303)
    assert states(scene.household_id)["seventy"] == "suggested"


def test_one_match_says_why_and_the_look_is_written_down(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        match = scene.match("seventy")
        page = scene.world.browser(WORKER).get(reverse("benefits:match", args=[match.pk])).content.decode()
    assert "满70周岁" in page
    assert "1950-01-01" in page
    assert "王示例" not in page
    assert list(AccessLog.objects.values_list("resident_id", "purpose")) == [
        (scene.facts.resident_id, "serve_household")
    ]


def test_what_they_say_is_noted(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        browser, match = scene.world.browser(WORKER), scene.match("seventy")
        here = reverse("benefits:match", args=[match.pk])
        assert browser.post(here, {"do": "tell", "channel": "visit"}).status_code == 303
        assert browser.post(here, {"do": "decline", "reason": "no_need"}).status_code == 303
        again = browser.post(here, {"do": "decline", "reason": "no_need"})
        assert again.status_code == 409
        assert browser.post(reverse("benefits:match_open_again", args=[match.pk])).status_code == 303
    kinds = list(MatchStep._base_manager.order_by("pk").values_list("kind", "channel", "reason"))
    assert kinds == [("told", "visit", ""), ("declined", "", "no_need"), ("opened_again", "", "")]
    assert states(scene.household_id)["seventy"] == "suggested"


def test_a_reason_must_be_one_of_the_list_and_what_was_typed_stays(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        here = reverse("benefits:match", args=[scene.match("seventy").pk])
        answer = scene.world.browser(WORKER).post(
            here, {"do": "not_eligible", "reason": "", "note": "已经领了"}
        )
    assert answer.status_code == 422
    assert "已经领了" in answer.content.decode()
    assert not RuleFeedback.objects.exists()


def test_the_rules_owner_reads_the_reason_without_the_person(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        here = reverse("benefits:match", args=[scene.match("seventy").pk])
        scene.world.browser(WORKER).post(here, {"do": "not_eligible", "reason": "rule_wrong", "note": "私事"})
        page = scene.world.browser("manager").get(reverse("benefits:rule_feedback")).content.decode()
    assert states(scene.household_id)["seventy"] == "not_eligible"
    assert "示例seventy" in page
    assert "私事" not in page
    assert "和宁小区" not in page


def test_a_claim_that_nobody_answers_is_clearly_refused(
    scene: MatchScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lianglin.kit import discovery

    each = discovery.each
    monkeypatch.setattr(discovery, "each", lambda name: [] if name == "answers" else each(name))
    with scene.under():
        scene.run()
        url = reverse("benefits:match_claim", args=[scene.match("seventy").pk])
        page = scene.world.browser(WORKER).post(url, follow=True).content.decode()
    assert "StartClaim" in page
    assert states(scene.household_id)["seventy"] == "suggested"


def test_the_households_page_gives_three_answers_with_their_facts(scene: MatchScene) -> None:
    scene.facts.record("person.disability_card", "0")
    with scene.under():
        scene.rematch()
        browser, url = opened(scene), reverse("benefits:household", args=[scene.household_id])
        pages = [
            browser.get(url, {"answer": code}).content.decode() for code in ("", "away", "unknown", "no")
        ]
        odd = [
            browser.get(url, {"answer": "x", "part": part}).status_code for part in ("0", "-1", "99999", "²")
        ]
    assert odd == [200] * 4
    page = "".join(pages)
    assert "示例card" not in pages[0], "one kind of answer at a time"
    for words in (
        "示例seventy",
        "示例card",
        "示例alone",
        "示例old-age",
        "持有残疾人证",
        "社区掌握",
        "100.00 元",
    ):
        assert words in page, words
    assert "示例medicine" not in page


def test_the_households_card_shows_the_panel_after_a_purpose(scene: MatchScene) -> None:
    with scene.under():
        browser, url = scene.world.browser(WORKER), reverse("facts:household", args=[scene.household_id])
        assert "示例seventy" not in browser.get(url).content.decode()
        assert "示例seventy" in browser.post(url, {"purpose": "serve_household"}).content.decode()


def test_the_households_page_needs_the_household_to_be_opened(scene: MatchScene) -> None:
    with scene.under():
        url = reverse("benefits:household", args=[scene.household_id])
        assert scene.world.browser(WORKER).get(url).status_code == 303
        assert scene.world.browser(NEIGHBOUR).get(url).status_code == 404
    assert not AccessLog.objects.exists()


def test_the_package_is_handed_over_by_one_press(scene: MatchScene) -> None:
    with scene.under():
        url = reverse("benefits:package_given", args=[scene.household_id])
        assert opened(scene).post(url).status_code == 303
        assert scene.world.browser(NEIGHBOUR).post(url).status_code == 303
    assert Fact._base_manager.filter(element__code="household.package_given_on").count() == 1
    assert PackageDelivery._base_manager.get().household_id == scene.household_id


def test_who_declines_is_in_no_list_and_is_told_on_request_only(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        browser = opened(scene)
        url = reverse("benefits:choose_push", args=[scene.household_id, scene.facts.resident_id])
        assert browser.post(url, {"declined": "1"}).status_code == 303
        assert scene.match("seventy").quiet
        scene.run()
        match = scene.match("seventy")
        assert match.quiet
        ids = {row["match"].pk for row in browser.get(url_of("matches")).context["rows"]}
        assert match.pk not in ids
        here = reverse("benefits:match", args=[match.pk])
        assert browser.post(here, {"do": "tell", "channel": "visit"}).status_code == 422
        assert browser.post(here, {"do": "tell", "channel": "sms", "asked": "on"}).status_code == 422
        assert browser.post(here, {"do": "tell", "channel": "visit", "asked": "on"}).status_code == 303
        browser.post(url, {"declined": "0"})
        assert not scene.match("seventy").quiet


def test_health_is_for_the_health_role_alone(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        worker = scene.world.browser(WORKER)
        assert worker.get(reverse("benefits:health_matches")).status_code == 403
        shown = worker.get(reverse("benefits:health_errands")).content.decode()
        assert "示例medicine" not in shown
        errand = HealthErrand._base_manager.filter(scope_code=HERE).order_by("pk")[0]
        worker.post(reverse("benefits:health_errand_done", args=[errand.pk]))
        health = HealthMatch._base_manager.order_by("pk")[0]
        assert worker.post(reverse("benefits:health_told", args=[health.pk])).status_code == 403
    errand.refresh_from_db(from_queryset=HealthErrand._base_manager.all())
    assert errand.done_at is not None
    assert HealthMatch._base_manager.get(pk=health.pk).state == "suggested"


def test_every_list_is_read_in_both_languages(scene: MatchScene) -> None:
    with scene.under():
        scene.run()
        browser = scene.world.browser(WORKER, headers={"accept-language": "en"})
        page = browser.get(url_of("matches")).content.decode()
    assert "Sample seventy" in page


def test_a_person_reads_no_match_of_another(scene: MatchScene) -> None:
    from lianglin.access.actor import resident
    from lianglin.access.transaction import acting
    from lianglin.benefits.queries import matches

    with scene.under():
        scene.run()
    with acting(resident(None, scene.facts.resident_id)) as who:
        seen = {row.resident_id for row in matches.of_area(who)}
        health = {row.resident_id for row in HealthMatch.objects.visible_to(who, purpose="own_data")}
    assert seen == health == {scene.facts.resident_id}


def test_what_is_found_tomorrow_is_not_the_age_of_today(scene: MatchScene) -> None:
    from lianglin.people.models import Resident

    Resident._base_manager.filter(pk=scene.facts.resident_id).update(born_on=date(2000, 1, 1))
    with scene.under():
        scene.rematch()
    assert (
        Match._base_manager.filter(household_id=scene.household_id)
        .values_list("measure__code", flat=True)
        .get()
        == "alone"
    )


def test_a_person_declines_on_the_own_pages(scene: MatchScene) -> None:
    from lianglin.access.actor import resident
    from lianglin.access.transaction import acting
    from lianglin.benefits.actions import telling
    from lianglin.benefits.queries import own_matches

    with scene.under():
        scene.run()
        with acting(resident(None, scene.facts.resident_id)) as who:
            telling.choose_push(scene.facts.resident_id, declined=True, by=who)
            assert own_matches.declined(who)
        assert scene.match("seventy").quiet
