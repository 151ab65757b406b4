"""The knowledge base: two people, versions for good, found by words and pinyin, answered with, shown to residents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from tests.world import FAR, HERE

from lianglin.access.actor import public
from lianglin.access.transaction import acting
from lianglin.appeals.actions import knowledge as actions
from lianglin.appeals.actions.knowledge import Said
from lianglin.appeals.models import KnowledgeEntry, KnowledgeUse, KnowledgeVersion
from lianglin.appeals.queries import knowledge as queries
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case, Step
from lianglin.kit import clock, held
from lianglin.kit.errors import Conflict, Forbidden, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R049")]
HOME = "/appeals/knowledge/"


@pytest.fixture
def town(db: None) -> Town:
    return build()


def said(question: str = "供热费怎么交？", **given: object) -> Said:
    base = {
        "answer": "可在供热企业营业厅或手机缴纳，每年10月底前交清。",
        "basis": "示例：供热条例第二十条",
        "valid_until": clock.today() + timedelta(days=200),
    }
    return Said(question, **(base | given))  # pyright: ignore[reportArgumentType]


def published(
    town: Town, what: Said | None = None, by: str = "worker", second: str = "street"
) -> KnowledgeEntry:
    with acting(town.actor(by)) as actor:
        draft = actions.begin(by=actor, said=what or said())
        actions.propose(draft.entry_id, by=actor)
    with acting(town.actor(second)) as actor:
        actions.decide(draft.entry_id, by=actor, approve=True)
    return KnowledgeEntry.objects.get(pk=draft.entry_id)


def test_two_people_and_a_version_for_good(town: Town) -> None:
    with acting(town.actor("street")) as actor:
        draft = actions.begin(by=actor, said=said())
        actions.propose(draft.entry_id, by=actor)
    assert queries.find("供热费") == []
    with pytest.raises(Forbidden), transaction.atomic(), acting(town.actor("street")) as actor:
        actions.decide(draft.entry_id, by=actor, approve=True)
    with pytest.raises(Conflict), transaction.atomic(), acting(town.actor("street")) as actor:
        actions.write(draft.entry_id, by=actor, said=said("改"))
    entry = published(town)
    assert [one.question for one in queries.find("供热费")] == ["供热费怎么交？"]
    for role in ("worker", "street"):
        with acting(town.actor(role)), pytest.raises(DatabaseError), transaction.atomic():
            KnowledgeVersion.objects.filter(entry=entry).update(answer="改")


def test_the_next_version_leaves_the_first_as_it_was(town: Town) -> None:
    entry = published(town)
    with acting(town.actor("worker")) as actor:
        actions.revise(entry.pk, by=actor, said=said(answer="改为线上缴纳。"))
        actions.propose(entry.pk, by=actor)
    with acting(town.actor("street")) as actor, pytest.raises(Refused), transaction.atomic():
        actions.decide(entry.pk, by=actor, approve=False)
    with acting(town.actor("street")) as actor:
        actions.decide(entry.pk, by=actor, approve=True)
    assert list(entry.versions.order_by("version").values_list("version", flat=True)) == [1, 2]
    assert [one.answer for one in queries.find("供热费")] == ["改为线上缴纳。"]


@pytest.mark.parametrize("asked", ["供热费", "gongrefei", "grf", "今年的供热费在哪里缴纳"])
def test_it_is_found_by_words_pinyin_and_initials(town: Town, asked: str) -> None:
    published(town)
    published(town, said("居住证怎么办？", answer="到派出所户籍窗口申领。"))
    assert queries.find(asked)[0].question == "供热费怎么交？"
    assert queries.find("飞机起落架") == []


def test_its_item_its_place_and_its_day_count(town: Town) -> None:
    published(town, said("楼道灯坏了找谁？", answer="找物业，夜里也有人。", items=(town.lamp.code,)))
    assert len(queries.find(item=town.lamp.code, scope_code=HERE)) == 1
    assert queries.find(item=town.lamp.code, scope_code=FAR) == []
    KnowledgeVersion._base_manager.update(valid_until=clock.today() - timedelta(days=1))
    held.forget()
    assert queries.find(item=town.lamp.code, scope_code=HERE) == []


def test_an_answer_on_the_spot_keeps_the_version_it_rests_on(town: Town) -> None:
    entry = published(town)
    version = entry.versions.get()
    case = town.appeal("请问供热费在哪里交，可以用手机吗")
    browser, here = town.client("worker"), f"/appeals/desk/{case.number}/"
    offered = browser.get(f"{here}?move=answer_now").content.decode()
    assert f"entry={version.pk}" in offered
    begun = browser.get(f"{here}?move=answer_now&entry={version.pk}").content.decode()
    assert version.answer in begun
    sent = {"seen_version": case.version, "outcome": "explained", "note": version.answer, "entry": version.pk}
    assert browser.post(f"{here}answer_now/", sent).status_code == 303
    case = Case._base_manager.get(pk=case.pk)
    assert (case.state, case.owner_id) == ("settled", None)
    use = KnowledgeUse._base_manager.get()
    assert (use.version, use.reworded) == (version, False)
    assert Step._base_manager.get(case=case, move="answer_now").data["knowledge"] == version.pk
    assert "供热费怎么交" in browser.get(here).content.decode()


def test_what_was_taken_out_cannot_be_answered_with(town: Town) -> None:
    entry = published(town)
    with acting(town.actor("street")) as actor:
        actions.retire(entry.pk, by=actor)
    case = town.appeal()
    with pytest.raises(Refused), transaction.atomic():
        town.do(
            "worker", "answer_now", case, outcome="explained", note="……已说明", entry=entry.versions.get().pk
        )
    assert Client().get(f"/appeals/answers/{entry.pk}/").status_code == 404


def test_residents_find_it_before_they_report(town: Town) -> None:
    entry = published(town, said("楼道灯坏了找谁？", answer="找物业，夜里也有人。", items=(town.lamp.code,)))
    browser = Client()
    assert "楼道灯坏了找谁" in browser.get("/appeals/answers/?q=ldd").content.decode()
    browser.post("/appeals/report/", {"item": town.lamp.code})
    browser.post("/appeals/report/where/", {"place": f"n:{HERE}"})
    assert "楼道灯坏了找谁" in browser.get("/appeals/report/tell/").content.decode()
    page = browser.get(f"/appeals/answers/{entry.pk}/").content.decode()
    assert "找物业" in page
    assert "继续反映" in page


def test_the_public_reads_no_draft(town: Town) -> None:
    with acting(town.actor("worker")) as actor:
        draft = actions.begin(by=actor, said=said())
    assert Client().get(f"/appeals/answers/{draft.entry_id}/").status_code == 404
    for actor in (public(), town.actor("unit")):
        with acting(actor), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select count(*) from appeals_knowledgedraft")


def test_editors_see_what_runs_out(town: Town) -> None:
    entry = published(town, said(valid_until=clock.today() + timedelta(days=20)))
    published(town, said("停车位怎么申请？"))
    page = town.client("worker").get(f"{HOME}?list=expiring").content.decode()
    assert entry.question in page
    assert "停车位" not in page
    assert "即将到期" in page


def test_the_pages_carry_an_entry_from_draft_to_publication(town: Town) -> None:
    worker, street = town.client("worker"), town.client("street")
    given = {
        "question": "老年证怎么办？", "answer": "带身份证到社区办理，当场可取。", "basis": "示例",
        "valid_until": (clock.today() + timedelta(days=100)).isoformat(),
    }  # fmt: skip
    assert worker.post(f"{HOME}new/", given | {"valid_until": ""}).status_code == 422
    made = worker.post(f"{HOME}new/", given)
    assert made.status_code == 303
    assert worker.post(f"{made.url}do/", {"do": "propose"}).status_code == 303
    assert worker.post(made.url, {"do": "approve"}).status_code == 403
    assert "老年证" in street.get(f"{HOME}?list=waiting").content.decode()
    assert street.post(made.url, {"do": "approve"}).status_code == 303


def test_an_entry_is_kept_while_it_is_written(town: Town) -> None:
    """Each entry by itself, its ticked items too; the draft goes when the entry is kept."""
    worker = town.client("worker")
    begun = {"question": "老年证", "items": ["020601", "020603"]}
    worker.post("/messages/draft/knowledge-new/", begun, headers={"HX-Request": "true"})
    form = worker.get(f"{HOME}new/").context["form"]
    assert (form["question"].value(), form["items"].value()) == ("老年证", ["020601", "020603"])
    given = {
        "question": "老年证怎么办？", "answer": "带身份证到社区办理，当场可取。", "basis": "示例",
        "valid_until": (clock.today() + timedelta(days=100)).isoformat(),
    }  # fmt: skip
    made = worker.post(f"{HOME}new/", given)
    assert made.status_code == 303
    assert worker.get(f"{HOME}new/").context["form"]["question"].value() is None
    assert worker.get(f"{made.url}write/").context["form"]["question"].value() == "老年证怎么办？"
