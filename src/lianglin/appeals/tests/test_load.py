"""The sample history in the tables: rows as the actions would have left them, so that work can go on from there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Count, F, Max

from lianglin.access.models import FOREVER, Grant, Organisation, Post
from lianglin.access.queries import actor_in
from lianglin.access.seed import load as staff
from lianglin.access.transaction import acting
from lianglin.appeals import actions, rules
from lianglin.appeals.models import (
    Appeal,
    Appellant,
    CallBack,
    CampaignSeason,
    CatalogueDraft,
    HotlineReturn,
    HotlineSource,
    Item,
    ItemQuestion,
    KnowledgeEntry,
    Milestone,
    ProblemClass,
    Project,
    PublicProblem,
)
from lianglin.appeals.queries.worklists import suggest, units
from lianglin.appeals.seed import load
from lianglin.cases.models import Case, Clock, Cover, Delegation, Handover, OnCallTurn, Receipt, Step
from lianglin.cases.queries import REMARKS
from lianglin.cases.queries.on_call import on_call
from lianglin.indicators.models import IndicatorValue
from lianglin.kit import clock
from lianglin.kit.calendar import calendar
from lianglin.kit.crypto import match_key
from lianglin.kit.ids import clean_case_number
from lianglin.kit.seeding import SeedContext
from lianglin.people.models import Resident
from lianglin.people.seed import load as people
from lianglin.people.tests.doors import context_for, few_doors

UNTIL = datetime(2026, 11, 24, 3, tzinfo=UTC)
NUMBERED = (Case, Step, Clock, CallBack, Grant)


def shape_of_tables() -> list[tuple[str, ...]]:
    """Every index and constraint of the tables, as PostgreSQL writes them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select indexname, indexdef from pg_indexes where tablename = any(%s) union "
            "select conname, pg_get_constraintdef(oid) from pg_constraint where conrelid = any(%s::regclass[]) order by 1",
            [list(load.TABLES), list(load.TABLES)],
        )
        return cursor.fetchall()


@pytest.fixture(scope="module")
def filled(lasting: None, tmp_path_factory: pytest.TempPathFactory) -> SeedContext:
    """Some 1,500 people and 450 appeals, written in three parts, once for all tests of this file."""
    folder = tmp_path_factory.mktemp("city")
    with pytest.MonkeyPatch.context() as patch:
        as_of(patch, folder)
        patch.setattr(load, "SLICE", 190)
        context = context_for(folder, UNTIL)
        few_doors(context)
        context.made["tables before"] = shape_of_tables()
        for package in (staff, people, load):
            package.seed(context)
        context.made["tables after"], context.made["next"] = shape_of_tables(), next_numbers()
    return context


def next_numbers() -> dict[str, int]:
    """The number that each of these tables gives next."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for model in NUMBERED:
            cursor.execute(f"select nextval(pg_get_serial_sequence('{model._meta.db_table}', 'id'))")
            found[model.__name__] = cursor.fetchone()[0]
    return found


@pytest.fixture
def made(filled: SeedContext, db: None, monkeypatch: pytest.MonkeyPatch) -> SeedContext:
    """The same at the moment when it was written; what a test adds is gone after it."""
    as_of(monkeypatch, filled.data)
    return filled


def as_of(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """The demo at the moment of its making."""
    patch.setattr(settings, "DEMO", True)
    patch.setattr(settings, "DATA", folder)
    patch.setattr(clock, "now", lambda: UNTIL)


def test_the_demo_has_intake_to_look_at(made: SeedContext) -> None:
    waiting = HotlineReturn._base_manager.values_list("state", flat=True)
    assert sorted(waiting) == ["acknowledged", "waiting"]
    assert HotlineSource.objects.get().sample
    assert KnowledgeEntry.objects.filter(sample=True, version=1).count() == 5
    assert KnowledgeEntry.objects.filter(sample=True, version=0).count() == 1
    assert CatalogueDraft.objects.get().sample
    assert ItemQuestion.objects.exists()


def test_as_many_as_the_rate_says_and_counted(made: SeedContext) -> None:
    reported = Case._base_manager.filter(kind="appeal")
    count = reported.count()
    expected = Resident._base_manager.count() * load.RATE_PER_1000 / 1000 * load.MONTHS / 12
    assert (
        count
        == made.made["appeals"]["count"]
        == Appeal._base_manager.count()
        == Receipt._base_manager.filter(case__in=reported).count()
    )
    fewest, most = (
        3 * 13,
        3 * 18,
    )  # of the three fresh concentrations, which stand beside the rate (events.yaml)
    assert expected * 0.95 + fewest <= count <= expected * 1.05 + most
    received = IndicatorValue.objects.filter(indicator="appeals.received", member="")
    assert sum(value.numerator for value in received) == count


def test_the_catalogue_is_written_once(made: SeedContext) -> None:
    assert Item.objects.count() == 96
    assert load.load_catalogue() == list(Item.objects.order_by("code").values_list("pk", flat=True))
    assert Item.objects.get(code="020601").limit_days == 3


def test_cases_lie_where_their_community_is(made: SeedContext) -> None:
    for case in Case._base_manager.select_related("community", "building", "compound"):
        assert case.scope_code == case.community.scope_code
        assert clean_case_number(case.number) == case.number
        assert case.building is None or case.building.scope_code == case.scope_code
        assert len(case.title) <= 30
    assert Case._base_manager.filter(building=None).exists()
    assert Case._base_manager.exclude(building=None).filter(place_text__contains="单元").exists()


def test_cases_stand_where_their_last_step_left_them(made: SeedContext) -> None:
    last = {step.case_id: step for step in Step._base_manager.order_by("case_id", "seq")}
    for case in Case._base_manager.all():
        assert (case.state, case.version + 1) == (last[case.pk].to_state, last[case.pk].seq)
    first = Step._base_manager.filter(seq=1, case__kind="appeal")
    assert set(first.values_list("move", "from_state", "to_state")) == {("open", "", "received")}
    assert not first.exclude(at=F("case__opened_at")).exists()
    assert not Step._base_manager.exclude(scope_code=F("case__scope_code")).exists()


def test_required_fields_and_notes_of_every_move_are_there(made: SeedContext) -> None:
    moves = {move.code: move for move in rules.LIFECYCLE.moves}
    steps = Step._base_manager.filter(case__kind="appeal")
    for step in steps.exclude(move__in=("open", "call_try", "delegate", "hand_over", *REMARKS)):
        move = moves[step.move]
        assert all(step.data.get(name) not in (None, "") for name in move.fields), step.move
        assert step.note or move.note != "required", step.move
        assert (step.post_id is None) == (move.duty == "resident.own_case")


def test_clocks_are_due_when_the_calendar_says(made: SeedContext) -> None:
    days = calendar()
    for clock_ in Clock._base_manager.filter(paused_seconds=0)[:400]:
        assert clock_.due_at == days.add(clock_.started_at, clock_.amount, clock_.unit).at
    running = Clock._base_manager.filter(stopped_at=None)
    assert not running.values("case").annotate(count=Count("id")).filter(count__gt=1).exists()
    due = dict(running.filter(paused_at=None).values_list("case_id", "due_at"))
    assert due == dict(Case._base_manager.exclude(due_at=None).values_list("pk", "due_at"))


def test_who_complains_is_a_resident_with_the_own_phone(made: SeedContext) -> None:
    anonymous = Appeal._base_manager.filter(anonymous=True).count()
    of_appeals = Appellant._base_manager.filter(case__kind="appeal")
    assert of_appeals.count() == Appeal._base_manager.count() - anonymous
    assert of_appeals.count() > 60
    for appellant in of_appeals.order_by("pk")[:60]:  # who petitions by letter need not have one
        resident = Resident._base_manager.get(phone_match=bytes(appellant.phone_match))
        assert (appellant.name, appellant.phone) == (resident.name, resident.phone)
        assert appellant.scope_code == resident.scope_code
        assert bytes(appellant.phone_match) == match_key(appellant.phone, "phone")


def test_units_see_what_they_were_given_until_it_was_taken_back(made: SeedContext) -> None:
    given = Case._base_manager.exclude(owner=None)
    granted = set(Grant.objects.values_list("subject_id", "organisation_id"))
    assert all((case.pk, case.owner_id) in granted for case in given)
    assert not Grant.objects.filter(subject="cases.Case").exclude(subject_id__in=given.values("pk")).exists()
    assert Grant.objects.filter(ends_at=FOREVER).exists()
    # what came back after a call has nobody in the unit yet who took it
    handling = Case._base_manager.filter(state="handling", kind="appeal", assignee__isnull=False)
    assert all(case.assignee.organisation_id == case.owner_id for case in handling.select_related("assignee"))


def test_the_usual_owner_is_found_for_every_item(made: SeedContext) -> None:
    case, known = Case._base_manager.first(), list(units())
    for item in Item.objects.exclude(owner_name="社区"):
        assert suggest(case, item, known), item.owner_name
    assert Organisation.objects.filter(kind="company", name__startswith="物业").exists()


def test_call_backs_fit_the_steps(made: SeedContext) -> None:
    tries = Step._base_manager.filter(move="call_try").count()
    missed = CallBack._base_manager.filter(reached=False)
    assert missed.count() == tries + Step._base_manager.filter(move="call_back", data__reached=False).count()
    assert set(missed.values_list("solved", "grade")) == {("", None)}
    assert not CallBack._base_manager.filter(reached=True, solved="").exists()
    assert not CallBack._base_manager.filter(online=True).exclude(post=None).exists()


def test_numbers_go_on_behind_the_loaded_ones(made: SeedContext) -> None:
    last = {model.__name__: model._base_manager.aggregate(last=Max("pk"))["last"] for model in NUMBERED}
    assert made.made["next"] == {name: number + 1 for name, number in last.items()}


def test_tables_are_whole_afterwards(made: SeedContext) -> None:
    assert made.made["tables after"] == made.made["tables before"]


def test_work_goes_on_from_there(made: SeedContext) -> None:
    case = Case._base_manager.filter(state="handling", kind="appeal", assignee__isnull=False).order_by("-pk")[
        0
    ]
    posts = Post.objects.select_related("organisation")
    answer = {"outcome": "solved", "note": "换好了", "seen_version": case.version}
    for verb, by, given in (
        ("answer", posts.get(pk=case.assignee_id), answer),
        ("settle", posts.get(account__username="street"), {}),
        ("call_back", posts.filter(role_code="community_worker", scope_code=case.scope_code).earliest("pk"), {"reached": True, "solved": "yes"}),
    ):  # fmt: skip
        with acting(actor_in(by)) as actor:
            case = getattr(actions, verb)(case.pk, by=actor, **given)
    assert (case.state, case.outcome, case.due_at) == ("closed", "solved", None)
    assert not Clock._base_manager.filter(case=case, stopped_at=None).exists()


def test_colleagues_stand_in_take_cases_and_hand_over(made: SeedContext) -> None:
    names = dict(Post.objects.values_list("pk", "account__username"))
    covers = {(names[c.for_post_id], names[c.by_post_id]): c for c in Cover.objects.all()}
    assert set(covers) == {("street-b", "street"), ("community", "community-b")}
    today = clock.today()
    assert covers["street-b", "street"].starts_on < today < covers["street-b", "street"].ends_on
    given = Delegation.objects.get()
    assert (names[given.from_post_id], names[given.to_post_id]) == ("community", "community-b")
    assert (given.case.closed_at, given.case.assignee_id) == (None, given.from_post_id)
    handed = Handover.objects.get()
    assert (names[handed.from_post_id], names[handed.to_post_id or 0]) == ("community-c", "community-b")
    assert len(handed.lines) == 2
    for line in handed.lines:
        assert Case._base_manager.get(pk=line["case"]).assignee_id == handed.to_post_id
    assert Case._base_manager.filter(assignee_id=given.from_post_id).count() >= 3


def test_the_rota_reaches_around_today(made: SeedContext) -> None:
    days = set(OnCallTurn.objects.filter(scope_code="230102001").values_list("day", "shift"))
    for ahead in (-14, 0, 1, 60):
        day = clock.today() + timedelta(days=ahead)
        assert {(day, "day"), (day, "night")} <= days
    assert OnCallTurn.objects.filter(scope_code="230102").exists()
    now = on_call("230102001001", UNTIL)
    assert now is not None
    assert now.kind == "street"  # a working day at eleven
    assert on_call("230102001001", UNTIL + timedelta(hours=11)) in Organisation.objects.filter(kind="company")


def test_what_stands_open_and_urgent_is_of_the_last_days(made: SeedContext) -> None:
    urgent = Case._base_manager.filter(urgent=True, closed_at=None)
    assert urgent.filter(opened_at__gte=UNTIL - timedelta(hours=2)).count() >= 4
    assert not urgent.filter(due_at__lt=UNTIL - timedelta(days=1)).exists()
    stages = Clock._base_manager.filter(case__urgent=True).values_list("stage", "unit").distinct()
    assert {unit for _stage, unit in stages} == {"hours"}


@pytest.mark.rows("R059", "R060")
def test_sample_classes_are_told_by_two_people_and_say_that_they_are_samples(made: SeedContext) -> None:
    classes = list(ProblemClass._base_manager.all())
    assert {"candidate", "under_way"} <= {one.state for one in classes}
    assert all(one.sample for one in classes)
    assert all(one.made_by_id != one.confirmed_by_id for one in classes if one.confirmed_by_id)
    (project,) = Project._base_manager.all()
    assert (project.state, project.sample, Milestone._base_manager.count()) == ("approved", True, 5)
    assert CampaignSeason._base_manager.count() == 2
    shown = PublicProblem.objects.get(percent_done__isnull=False)
    assert (shown.percent_done, shown.sample) == (60, True)
