"""Residents subscribe to a problem class: told what stands on its page, once, and nothing of one that is not shown."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from tests.watch import forget_tries

from lianglin.access.actor import job
from lianglin.access.transaction import acting
from lianglin.appeals import tasks
from lianglin.appeals.actions import problem_effects, problems, subscribing
from lianglin.appeals.models import (
    ProblemMeasure,
    PublicProblem,
    PublicProblemEvent,
    Subscription,
    WebhookDelivery,
)
from lianglin.appeals.rules import problem_news
from lianglin.appeals.rules.subscribing import Subject
from lianglin.kit import clock, outbound
from lianglin.kit.errors import Refused
from lianglin.notices.models import Message

from .problem_scene import FAR, STREET, Town, built, closed, plant, run, under_way

pytestmark = pytest.mark.rows("R061")


@pytest.fixture
def town(db: None) -> Town:
    forget_tries()
    return built()


def begun() -> date:
    return clock.today() - timedelta(days=90)


def tell(town: Town, pk: int, **given: Any) -> None:
    words = {"title": "楼道照明：每周巡查", "text": "楼道灯常坏，现在由责任单位每周巡查。"}
    run(town, "second", problems, "publish", pk, **{**words, **given})
    tasks.show_problem(pk)


def kinds() -> list[str]:
    return list(PublicProblemEvent.objects.order_by("id").values_list("kind", flat=True))


def subscribed(pk: int) -> Subscription:
    answer = Client().post(
        f"/appeals/subscribe/?problem={pk}", {"channel": "email", "email": "a@example.org"}
    )
    assert answer.status_code == 303
    body = Message._base_manager.get(code="appeals.subscription_asked").body
    found = re.search(r"/appeals/subscription/[\w-]+/", body)
    assert found
    Client().post(found.group(), {"deed": "keep"})
    return Subscription._base_manager.get()


def news() -> list[str]:
    found = Message._base_manager.filter(code="appeals.problem_news").order_by("id")
    return [one.body for one in found]


def test_who_subscribed_hears_of_each_change_once_and_of_nothing_before(town: Town) -> None:
    problem = under_way(town, begun())
    tell(town, problem.pk)
    one = subscribed(problem.pk)
    assert (one.subject, one.scope_code) == (f"problem:{problem.pk}", STREET)
    tasks.serve_subscriptions(0)
    assert news() == [], "what was told before is not sent"
    measure = ProblemMeasure._base_manager.get()
    tell(town, problem.pk, measures=[measure.pk])
    tasks.serve_subscriptions(0)
    tasks.serve_subscriptions(0)
    (mail,) = news()
    assert measure.title in mail
    assert f"/appeals/problems/public/{problem.pk}/" in mail


def test_a_class_that_is_not_shown_can_be_neither_read_nor_followed(town: Town) -> None:
    problem = under_way(town, begun())
    for path in (f"problems/public/{problem.pk}/feed.atom", f"subscribe/?problem={problem.pk}"):
        assert Client().get(f"/appeals/{path}").status_code == 404
    with pytest.raises(Refused), acting(job()):
        subscribing.ask_by_mail(Subject(problem=problem.pk), email="a@example.org")


def test_what_happens_while_it_is_hidden_is_told_when_it_is_shown_again(town: Town) -> None:
    problem = under_way(town, begun())
    tell(town, problem.pk)
    subscribed(problem.pk)
    run(town, "second", problems, "hide", problem.pk, note="先核对文字再公开")
    run(
        town, "street", problems, "hand_to", problem.pk, owner=town.unit("unit"),
        promised_on=clock.today() + timedelta(days=30), note="单位承诺了新的期限",
    )  # fmt: skip
    tasks.show_problem(problem.pk)
    tasks.serve_subscriptions(0)
    assert (kinds(), news()) == (["shown"], [])
    tell(town, problem.pk)
    tasks.serve_subscriptions(0)
    assert kinds() == ["shown", "promise"]
    assert len(news()) == 1


def test_an_effect_is_told_with_its_verdict_and_without_small_counts(town: Town) -> None:
    plant(town, begun() - timedelta(days=365), begun() - timedelta(days=276), 40)
    plant(town, begun(), clock.today() - timedelta(days=1), 4)
    problem = closed(town, begun())
    tell(town, problem.pk)
    shown = PublicProblem.objects.get()
    assert (shown.effect["verdict"], shown.effect["before"], shown.effect["after"]) == (
        problem.closed_with,
        None,
        None,
    )
    page = Client().get(f"/appeals/problems/public/{problem.pk}/").content.decode()
    assert "40" not in re.sub(r"<[^>]*>", "", page.split("<dl")[1].split("</dl>")[0])


def test_counts_from_ten_on_are_told(town: Town) -> None:
    plant(town, begun() - timedelta(days=365), begun() - timedelta(days=276), 40)
    plant(town, begun(), clock.today() - timedelta(days=1), 12)
    tell(town, closed(town, begun()).pk)
    effect = PublicProblem.objects.get().effect
    assert (effect["before"], effect["after"]) == (40, 12)


def test_a_class_that_opens_again_is_news(town: Town) -> None:
    plant(town, begun() - timedelta(days=365), begun() - timedelta(days=276), 40)
    problem = closed(town, begun())
    tell(town, problem.pk)
    run(town, "second", problem_effects, "reopen", problem.pk, note="同季数量又上升了")
    tasks.show_problem(problem.pk)
    assert kinds()[-1] == "state"
    assert PublicProblemEvent.objects.order_by("-id")[0].values["state"] == "reopened"


def test_only_measures_of_the_class_that_a_person_chose_are_told(town: Town) -> None:
    problem, other = under_way(town, begun()), under_way(town, begun(), codes=["020602"])
    foreign = ProblemMeasure._base_manager.get(problem=other)
    tell(town, problem.pk)
    assert PublicProblem.objects.get().measures == []
    with pytest.raises(Refused):
        run(
            town, "second", problems, "publish", problem.pk, title="楼道照明", text="责任单位每周巡查一次。",
            measures=[foreign.pk],
        )  # fmt: skip


def test_the_form_offers_the_measures_and_the_page_shows_them(town: Town) -> None:
    problem = under_way(town, begun())
    measure = ProblemMeasure._base_manager.get()
    desk = town.client("street")
    assert f'value="{measure.pk}"' in desk.get(f"/appeals/problems/{problem.pk}/").content.decode()
    given = {
        "do": "publish",
        "title": "楼道照明",
        "text": "楼道灯由责任单位每周巡查。",
        "measures": [measure.pk],
    }
    assert desk.post(f"/appeals/problems/{problem.pk}/", given).status_code == 303
    tasks.show_problem(problem.pk)
    page = Client().get(f"/appeals/problems/public/{problem.pk}/").content.decode()
    assert measure.title in page
    assert measure.document_no in page


def test_feeds_hold_what_is_told_and_are_kept_by_caches(town: Town) -> None:
    problem = under_way(town, begun())
    tell(town, problem.pk)
    path = f"/appeals/problems/public/{problem.pk}/feed.atom"
    answer = Client().get(path)
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert "楼道照明：每周巡查" in answer.content.decode()
    assert Client().get(path, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    everywhere = Client().get("/appeals/problems/public/feed.atom")
    assert "楼道照明：每周巡查" in everywhere.content.decode()
    elsewhere = Client().get(f"/appeals/problems/public/feed.atom?area={FAR[:9]}")
    assert "楼道照明：每周巡查" not in elsewhere.content.decode()


def test_a_program_gets_the_page_and_its_events(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subscribing, "INSIDE", outbound.networks(["127.0.0.1/32"]))
    problem = under_way(town, begun())
    tell(town, problem.pk)
    with acting(job()):
        subscribing.ask_by_webhook(Subject(problem=problem.pk), url="http://127.0.0.1:9/hook")
    Subscription._base_manager.update(state="active", sent_until=0)
    tasks.serve_subscriptions(0)
    call = WebhookDelivery.objects.get(kind="problem")
    assert call.body["subject"] == f"problem:{problem.pk}"
    assert call.body["problem"]["title"] == "楼道照明：每周巡查"
    assert [one["kind"] for one in call.body["events"]] == ["shown"]
    assert "appeal" not in json.dumps(call.body["events"])


def test_nothing_told_before_is_one_event_and_the_same_is_none() -> None:
    one = problem_news.snapshot(state="closed", promised_on="", title="a", text="b", measures=[1], effect="")
    assert problem_news.changes({}, one) == [("shown", None)]
    assert problem_news.changes(one, one) == []
    other = problem_news.snapshot(
        state="closed", promised_on="", title="a", text="c", measures=[1, 2], effect="7"
    )
    assert problem_news.changes(one, other) == [("text", None), ("measure", 2), ("effect", None)]
