"""Three offices apart: nobody holds two, none reads people, rights change by two people."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import world as worlds
from tests.world import HERE, STREET, UNIT, WORKER, World

from lianglin.access.actor import PURPOSES, Actor, role_kinds
from lianglin.access.governance import changes
from lianglin.access.governance.rules import Held, collision, overlap
from lianglin.access.models import Account, AuditEntry, Organisation, Post, RightsChange
from lianglin.access.scoped import guards
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

pytestmark = pytest.mark.django_db
OFFICES = ("administrator", "security_officer", "auditor")
ADMIN, SECURITY, AUDITOR = OFFICES
STAFF_TABLES = {"access.Account"}
"""Personal, but about members of staff: the administrator and the security officer see who has an account."""
PEOPLE = sorted(
    label
    for label, guard in guards().items()
    if label not in STAFF_TABLES
    and (guard.personal or label in ("access.SecondFactor", "access.RecoveryCode", "cases.Receipt"))
)


@pytest.fixture
def city(db: None) -> World:
    made = worlds.build()
    worlds.open_cases(made)
    return made


def verbs() -> list[str]:
    return [bytes(entry.body).decode() for entry in AuditEntry.objects.all()]


# --- kept apart --------------------------------------------------------------------------------------------

days = st.dates(date(2026, 1, 1), date(2026, 1, 20))
spans = st.tuples(st.sampled_from([*OFFICES, "manager", "community_worker"]), days, st.none() | days)


@given(first=spans, second=spans)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_python_and_the_database_refuse_the_same(city: World, first: Any, second: Any) -> None:
    refused = collision(Held(*second), [Held(*first)], frozenset(OFFICES)) is not None
    with transaction.atomic():
        account = Account.objects.create_user("two", None, name="x", created_at=clock.now())
        give(city, account, *first)
        try:
            with transaction.atomic():
                give(city, account, *second)
            held = False
        except IntegrityError:
            held = True
        transaction.set_rollback(True)
    assert held == refused


def give(city: World, account: Account, role: str, starts: date, ends: date | None) -> Post:
    return Post.objects.create(
        account=account,
        role_code=role,
        organisation=city.organisations["city"],
        title="x",
        starts_on=starts,
        ends_on=ends,
    )


@given(one=spans, other=spans)
def test_overlapping_is_mutual_and_needs_a_common_day(one: Any, other: Any) -> None:
    first, second = Held(*one), Held(*other)
    common = [
        d for d in range(-5, 40) if all(h.in_force(date(2026, 1, 1) + timedelta(d)) for h in (first, second))
    ]
    assert overlap(first, second) == overlap(second, first) == bool(common)


def test_a_change_of_a_post_is_held_to_it_too(city: World) -> None:
    account = city.posts["manager"].account
    over = give(city, account, AUDITOR, date(2020, 1, 1), date(2020, 2, 1))
    with pytest.raises(IntegrityError, match="separation of duties"), transaction.atomic():
        Post.objects.filter(pk=over.pk).update(ends_on=None)


def test_no_duty_is_shared_by_two_offices() -> None:
    from lianglin.access.actor import duties_of

    only_read = {"notices.inbox", "notices.read_webhooks"}
    held = [duties_of(code) - only_read for code in OFFICES]
    assert all(held)
    assert not (held[0] & held[1])
    assert not (held[0] & held[2])
    assert not (held[1] & held[2])
    assert all(role_kinds()[code].alone for code in OFFICES)


# --- none reads people -------------------------------------------------------------------------------------


def read_by_sql(table: str) -> int:
    """How many rows the running role reads; 0 where PostgreSQL refuses the table."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {table}")
            return cursor.fetchone()[0]
    except DatabaseError as error:
        if "permission denied" not in str(error):
            raise
        return 0


@pytest.mark.parametrize("office", OFFICES)
def test_no_office_reads_people(city: World, office: str) -> None:
    """Every personal table of the house, in raw SQL and through its QuerySet, for every purpose there is."""
    actor = city.actors[office]
    assert len(PEOPLE) > 15
    with acting(actor):
        for label in PEOPLE:
            model = apps.get_model(label)
            assert read_by_sql(model._meta.db_table) == 0, label
            if hasattr(model.objects, "visible_to"):
                assert list(model.objects.visible_to(actor, purpose=actor.work_purpose)) == [], label
                for purpose in set(PURPOSES) - actor.purposes:
                    with pytest.raises(Forbidden):
                        model.objects.visible_to(actor, purpose=purpose)


@pytest.mark.parametrize("office", OFFICES)
def test_an_office_becomes_no_other_database_role(
    transactional_db: None, connect_as: Any, office: str
) -> None:
    """As in service: the login role takes the office's role, which is a member of nobody that reads people."""
    role = {"administrator": "administrator", "security_officer": "security", "auditor": "auditor"}[office]
    with connect_as("app") as app, app.transaction():
        app.execute(f"set local role lianglin_{role}")
        reach = app.execute(
            "select r.rolname from pg_roles r where pg_has_role(current_user, r.oid, 'usage') order by 1"
        ).fetchall()
    assert reach == sorted([("lianglin_public",), (f"lianglin_{role}",)])


# --- rights change by two people ---------------------------------------------------------------------------


def new_account(city: World, username: str = "newcomer") -> Account:
    with acting(city.actors[ADMIN]) as by:
        from lianglin.access.governance.accounts import make_account

        return make_account(username=username, name="新同事", by=by)[0]


def place(
    city: World, role: str = "community_worker", scope: str = HERE, organisation: str = WORKER
) -> changes.Place:
    return changes.Place(role, city.organisations[organisation], scope, "社区工作者")


def propose(city: World, account: Account, **given: Any) -> RightsChange:
    values = {"starts_on": clock.today(), "ends_on": None, "reason": "决定1号", "place": place(city), **given}
    with transaction.atomic(), acting(city.actors[ADMIN]) as by:
        return changes.propose_post(account=account, by=by, **values)


def decide(city: World, change: RightsChange, approve: bool = True, who: str = SECURITY) -> str:
    with transaction.atomic(), acting(city.actors[who]) as by:
        return changes.decide(change_id=change.pk, approve=approve, note="", by=by)


def test_a_post_is_given_only_once_the_second_person_approved(city: World) -> None:
    account = new_account(city)
    change = propose(city, account)
    assert not Post.objects.filter(account=account).exists()
    decide(city, change)
    post = Post.objects.get(account=account)
    assert (post.role_code, post.scope_code, post.starts_on) == ("community_worker", HERE, clock.today())
    said = "".join(verbs())
    assert "access.propose_open" in said
    assert "access.change_approved" in said


def test_a_refusal_gives_nothing_and_nothing_is_decided_twice(city: World) -> None:
    account = new_account(city)
    change = propose(city, account)
    decide(city, change, approve=False)
    assert not Post.objects.filter(account=account).exists()
    with pytest.raises(Conflict):
        decide(city, change)


@pytest.mark.parametrize("who", [ADMIN, AUDITOR, "manager", "protection_officer", WORKER])
def test_nobody_but_the_security_officer_approves(city: World, who: str) -> None:
    change = propose(city, new_account(city))
    with pytest.raises(Forbidden):
        decide(city, change, who=who)
    with (
        acting(city.actors[who]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError),
        transaction.atomic(),
    ):
        cursor.execute("select access_decide_change(%s, 'approved', '', '')", [change.pk])
    assert RightsChange.objects.get(pk=change.pk).state == "waiting"


def test_who_proposed_it_cannot_approve_it_even_with_both_roles(city: World) -> None:
    """The database's own constraint, for whoever finds a way around the pages."""
    change = propose(city, new_account(city))
    RightsChange.objects.filter(pk=change.pk).update(proposed_by=city.posts[SECURITY].account_id)
    with pytest.raises(Forbidden):
        decide(city, change)
    with (
        acting(city.actors[SECURITY]),
        connection.cursor() as cursor,
        pytest.raises(DatabaseError, match="access_change_two_people"),
        transaction.atomic(),
    ):
        cursor.execute("select access_decide_change(%s, 'approved', '', '')", [change.pk])


def test_nobody_approves_a_change_of_the_own_rights(city: World) -> None:
    with acting(city.actors[ADMIN]) as by:
        change = changes.propose_password(account=city.posts[SECURITY].account, reason="x", by=by)
    with pytest.raises(Forbidden):
        decide(city, change)
    with pytest.raises(Forbidden), transaction.atomic(), acting(city.actors[ADMIN]) as by:
        changes.propose_close(account=city.posts[ADMIN].account, reason="x", by=by)


@pytest.mark.parametrize(
    "sql",
    [
        "update access_post set role_code = 'manager'",
        "insert into access_post (account_id, role_code, organisation_id, scope_code, title, title_en, starts_on)"
        " select min(id), 'manager', (select min(id) from access_organisation), '', 'x', '', '2026-01-01' from access_account",
        "delete from access_post",
        "update access_account set password = 'x'",
        "update access_rightschange set state = 'approved'",
    ],
)
def test_no_office_writes_rights_past_the_approval(city: World, sql: str) -> None:
    for office in OFFICES:
        with (
            acting(city.actors[office]),
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
        ):
            cursor.execute(sql)


def test_what_was_right_when_proposed_is_looked_at_again_when_approved(city: World) -> None:
    account = new_account(city)
    change = propose(city, account)
    give(city, account, AUDITOR, worlds.SINCE, None)
    with pytest.raises(Refused):
        decide(city, change)
    assert Post.objects.filter(account=account).count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"starts_on": date(2026, 12, 2), "ends_on": date(2026, 12, 1)}, "ends_on"),
        ({"starts_on": date(2020, 1, 1), "ends_on": date(2020, 1, 1)}, "ends_on"),
        ({"place": ("community_worker", "230103001")}, "scope_code"),
        ({"place": ("community_worker", "230103009009")}, "scope_code"),
        ({"place": ("manager", HERE)}, "scope_code"),
    ],
)
def test_a_post_that_cannot_be_is_refused_with_its_field(
    city: World, given: dict[str, Any], field: str
) -> None:
    if "place" in given:
        given = {"place": place(city, *given["place"])}
    account = new_account(city)
    with pytest.raises(Refused) as caught:
        propose(city, account, **given)
    assert caught.value.field == field


# --- by date -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "opens"),
    [(-5, -1, False), (-5, 0, True), (0, None, True), (0, 0, True), (1, None, False), (1, 5, False)],
)
def test_a_post_opens_on_its_days_alone(city: World, starts: int, ends: int | None, opens: bool) -> None:
    post, today = city.posts[WORKER], clock.today()
    last = None if ends is None else today + timedelta(ends)
    Post.objects.filter(pk=post.pk).update(starts_on=today + timedelta(starts), ends_on=last)
    answer = city.browser(WORKER).get("/appeals/desk/")
    assert answer.status_code == (200 if opens else 302)
    assert Held("x", today + timedelta(starts), last).in_force(today) is opens


# --- ending a post, handing over ---------------------------------------------------------------------------


def busy(city: World) -> Any:
    """A case that the unit's handler took on."""
    return city.brought_to("handling").case


def end(city: World, who: str, **given: Any) -> RightsChange:
    values = {"ends_on": clock.today() - timedelta(days=1), "successor": None, "reason": "调动", **given}
    with transaction.atomic(), acting(city.actors[ADMIN]) as by:
        return changes.propose_end(
            post=Post.objects.select_related("account").get(pk=city.posts[who].pk), by=by, **values
        )


def test_a_post_with_open_work_does_not_end_without_a_successor(city: World) -> None:
    busy(city)
    with pytest.raises(Refused) as caught:
        end(city, UNIT)
    assert caught.value.field == "successor"
    shown = city.browser(ADMIN).get(f"/account/manage/posts/{city.posts[UNIT].pk}/end/")
    assert [(str(label), count) for label, count in shown.context["row"]["work"]] == [("未办结事项", 1)]


def test_the_successor_gets_the_post_and_everything_open(city: World) -> None:
    from lianglin.cases.models import Case

    case, next_one = busy(city), new_account(city)
    decide(city, end(city, UNIT, successor=next_one))
    heir = Post.objects.get(account=next_one)
    assert (heir.role_code, heir.organisation, heir.starts_on) == (
        "unit_handler",
        city.organisations[UNIT],
        clock.today(),
    )
    assert Case._base_manager.get(pk=case.pk).assignee_id == heir.pk
    assert city.browser(UNIT).get("/appeals/desk/").status_code == 302
    change = RightsChange.objects.get(kind="end")
    assert (change.handed_over, change.handed_over_at is not None) == (1, True)
    from lianglin.cases.models import Step

    assert Step._base_manager.filter(case_id=case.pk, move="hand_over", public=False).count() == 1


def test_work_passes_on_the_day_after_the_last_one_and_not_before(city: World) -> None:
    from lianglin.cases.models import Case

    case, next_one, last = busy(city), new_account(city), clock.today() + timedelta(days=3)
    decide(city, end(city, UNIT, ends_on=last, successor=next_one))
    assert changes.hand_over_due() == 0
    assert Case._base_manager.get(pk=case.pk).assignee_id == city.posts[UNIT].pk
    clock.set_offset(timedelta(days=4))
    try:
        assert changes.hand_over_due() == 1
        assert changes.hand_over_due() == 0
    finally:
        clock.set_offset(timedelta(0))
    assert Case._base_manager.get(pk=case.pk).assignee.account_id == next_one.pk


def test_work_of_a_post_that_ended_unseen_is_shown_to_the_administrator(city: World) -> None:
    busy(city)
    Post.objects.filter(pk=city.posts[UNIT].pk).update(ends_on=clock.today() - timedelta(days=2))
    shown = city.browser(ADMIN).get("/account/manage/posts/")
    assert [row["post"].pk for row in shown.context["behind"]] == [city.posts[UNIT].pk]


def test_a_closed_account_opens_nothing_from_the_next_request_on(city: World) -> None:
    browser = city.browser(STREET)
    assert browser.get("/work/").status_code == 200
    with acting(city.actors[ADMIN]) as by:
        change = changes.propose_close(account=city.posts[STREET].account, reason="离职", by=by)
    assert browser.get("/work/").status_code == 200
    decide(city, change)
    assert browser.get("/work/").url.startswith("/account/login/")
    assert Post.objects.get(pk=city.posts[STREET].pk).ends_on == clock.today() - timedelta(days=1)


# --- the pages ---------------------------------------------------------------------------------------------


def test_an_account_from_the_first_password_to_the_own_one(city: World, client: Client) -> None:
    boss = city.browser(ADMIN)
    shown = boss.post("/account/manage/accounts/new/", {"username": "zhang", "name": "张同事"})
    first = shown.context["password"]
    assert first in shown.content.decode()
    account = Account.objects.get(username="zhang")
    assert first not in boss.get(f"/account/manage/accounts/{account.pk}/").content.decode()
    form = {
        "role_code": "community_worker", "organisation": city.organisations[WORKER].code, "scope_code": HERE, "title": "社工",
        "starts_on": clock.today().isoformat(), "reason": "决定2号",
    }  # fmt: skip
    assert boss.post(f"/account/manage/accounts/{account.pk}/post/", form).status_code == 303
    change = RightsChange.objects.get(account=account)
    assert boss.post(f"/account/changes/{change.pk}/", {"do": "approve"}).status_code == 403
    assert city.browser(SECURITY).post(f"/account/changes/{change.pk}/", {"do": "approve"}).status_code == 303
    assert client.post("/account/login/", {"username": "zhang", "password": first}).status_code == 303
    assert client.get("/work/").status_code == 302
    assert client.get("/account/start/").url == "/account/password/"
    own = {"password": "我的新口令一共十二个字符", "again": "我的新口令一共十二个字符"}
    assert client.post("/account/password/", {**own, "again": "x"}).status_code == 422
    assert client.post("/account/password/", {"password": first, "again": first}).status_code == 422
    assert client.post("/account/password/", own).status_code == 303
    assert client.get("/work/").status_code == 200


def test_a_first_password_runs_out(city: World, client: Client) -> None:
    shown = city.browser(ADMIN).post("/account/manage/accounts/new/", {"username": "zhang", "name": "张同事"})
    Account.objects.filter(username="zhang").update(one_time_until=clock.now() - timedelta(minutes=1))
    late = client.post("/account/login/", {"username": "zhang", "password": shown.context["password"]})
    assert late.status_code == 422
    assert client.get("/account/posts/").status_code == 302


def test_a_new_first_password_is_shown_to_the_second_person_once(city: World, client: Client) -> None:
    account = city.posts[WORKER].account
    boss, second = city.browser(ADMIN), city.browser(SECURITY)
    address = f"/account/manage/accounts/{account.pk}/password/"
    assert boss.post(address, {"reason": "忘记口令"}).status_code == 303
    assert boss.post(address, {"reason": "忘记口令"}).status_code == 409
    change = RightsChange.objects.get(kind="password")
    shown = second.post(f"/account/changes/{change.pk}/", {"do": "approve"})
    assert (
        client.post(
            "/account/login/", {"username": WORKER, "password": shown.context["password"]}
        ).status_code
        == 303
    )
    assert client.get("/account/start/").url == "/account/password/"
    assert shown.context["password"] not in second.get(f"/account/changes/{change.pk}/").content.decode()


def test_who_proposed_may_take_it_back(city: World) -> None:
    change = propose(city, new_account(city))
    assert (
        city.browser(SECURITY).post(f"/account/changes/{change.pk}/", {"do": "withdraw"}).status_code == 403
    )
    assert city.browser(ADMIN).post(f"/account/changes/{change.pk}/", {"do": "withdraw"}).status_code == 303
    with pytest.raises(Conflict):
        decide(city, change)


@pytest.mark.parametrize("who", [WORKER, "manager", "protection_officer", AUDITOR, SECURITY])
def test_nobody_else_opens_the_administrators_pages(city: World, who: str) -> None:
    browser = city.browser(who)
    for address in (
        "accounts/",
        "posts/",
        "organisations/",
        "accounts/new/",
        f"accounts/{city.posts[WORKER].account_id}/",
    ):
        assert browser.get(f"/account/manage/{address}").status_code == 403


def test_an_organisation_is_made_and_changed(city: World) -> None:
    boss = city.browser(ADMIN)
    form = {"code": "water", "name": "供水公司", "kind": "company", "active": "on", "parent_code": "nobody"}
    assert boss.post("/account/manage/organisations/new/", form).status_code == 422
    form["parent_code"] = city.organisations["city"].code
    assert boss.post("/account/manage/organisations/new/", form).status_code == 303
    made = Organisation.objects.get(code="water")
    assert made.parent == city.organisations["city"]
    assert (
        boss.post(f"/account/manage/organisations/{made.pk}/", {**form, "name": "水务公司"}).status_code
        == 303
    )
    assert Organisation.objects.get(code="water").name == "水务公司"
    assert boss.post("/account/manage/organisations/new/", form).status_code == 422


@pytest.mark.parametrize("address", ["accounts/", "posts/", "organisations/"])
def test_lists_are_paged_by_key_and_cost_the_same_whatever_they_hold(city: World, address: str) -> None:
    boss = city.browser(ADMIN)
    boss.get(f"/account/manage/{address}")

    def queries() -> int:
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as seen:
            boss.get(f"/account/manage/{address}")
        return len(seen)

    before = queries()
    fill(city, 60)
    assert queries() == before
    first = boss.get(f"/account/manage/{address}").context["page"]
    assert len(first.rows) == 50
    second = boss.get(f"/account/manage/{address}", {"cursor": first.older}).context["page"]
    assert second.rows
    assert {row.pk for row in first.rows}.isdisjoint({row.pk for row in second.rows})


def fill(city: World, count: int) -> None:
    made = Account.objects.bulk_create(
        Account(username=f"many{n}", name="x", password="x", created_at=clock.now()) for n in range(count)
    )
    organisations = Organisation.objects.bulk_create(
        Organisation(code=f"many{n}", name=f"单位{n}", kind="bureau") for n in range(count)
    )
    Post.objects.bulk_create(
        Post(account=a, role_code="unit_handler", organisation=o, title="x", starts_on=worlds.SINCE)
        for a, o in zip(made, organisations, strict=True)
    )


def test_an_actor_of_an_office_covers_no_place(city: World) -> None:
    for office in OFFICES:
        actor: Actor = city.actors[office]
        assert not actor.covers(HERE)
        assert actor.purposes == {"governance"}


def test_an_organisation_is_named_by_what_people_call_it(city: World) -> None:
    boss, account = city.browser(ADMIN), city.posts[WORKER].account_id
    Organisation.objects.filter(pk=city.organisations[WORKER].pk).update(name="正阳河第一社区居委会")
    form = {
        "role_code": "community_worker", "organisation": "正阳河第一", "scope_code": HERE, "title": "社工",
        "starts_on": clock.today().isoformat(), "reason": "任命 1 号",
    }  # fmt: skip
    where = f"/account/manage/accounts/{account}/post/"
    assert boss.post(where, {**form, "organisation": "没有的机构"}).status_code == 422
    for number, name in enumerate(("测试供水站甲", "测试供水站乙"), start=1):
        Organisation.objects.create(code=f"water-{number}", name=name, kind=Organisation.Kind.BUREAU)
    several = boss.post(where, {**form, "organisation": "测试供水站"})
    assert several.status_code == 422
    assert "测试供水站甲 (water-1)、测试供水站乙 (water-2)" in several.content.decode()
    assert boss.post(where, form).status_code == 303
    assert RightsChange.objects.get().organisation_id == city.organisations[WORKER].pk
    assert (
        "正阳河第一社区居委会"
        in boss.get("/account/manage/posts/", {"organisation": "第一社区"}).content.decode()
    )
