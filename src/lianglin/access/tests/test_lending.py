"""Help by ticket and break-glass: what they open, in Python and in PostgreSQL alike, and that they close."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import world as worlds
from tests.world import FAR, HERE, NEXT_DOOR, STREET, UNIT, WORKER, World

from lianglin.access.actor import Actor
from lianglin.access.governance import lent, widening
from lianglin.access.models import AccessLog, AuditEntry, BreakGlass, HelpTicket, Post
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock, messages
from lianglin.kit.errors import Conflict, Forbidden, HouseError, Refused
from lianglin.notices.models import Message

pytestmark = pytest.mark.django_db
OFFICER = "protection_officer"
FAR_STREET = "street-230104002"


@pytest.fixture
def city(db: None) -> Iterator[World]:
    made = worlds.build()
    worlds.open_cases(made)
    yield made
    clock.set_offset(timedelta(0))


def ask(city: World, who: str = WORKER, **given: Any) -> HelpTicket:
    now = clock.now()
    values = {
        "scope_code": FAR, "purposes": ["handle_case"], "starts_at": now, "ends_at": now + timedelta(days=3), "reason": "暴雪支援",
    } | given  # fmt: skip
    with transaction.atomic(), acting(city.actors[who]) as by:
        return widening.ask_help(by=by, **values)


def decide(city: World, ticket: HelpTicket, verdict: str = "approved", who: str = FAR_STREET) -> None:
    with transaction.atomic(), acting(city.actors[who]) as by:
        widening.decide_help(ticket=ticket, verdict=verdict, by=by)


def opened(city: World, who: str = WORKER, **given: Any) -> BreakGlass:
    values = {"scope_code": FAR, "purposes": ["handle_case", "serve_household"], "reason": "老人失联"} | given
    with transaction.atomic(), acting(city.actors[who]) as by:
        return widening.break_glass(by=by, **values)


def under(city: World, who: str, kind: str, number: int) -> Actor:
    """The actor as a request makes it: by the ticket or opening when it is in force, else the own post alone."""
    found = lent.find(kind, number, city.posts[who].pk)
    return city.actors[who] if found is None else lent.lend(city.actors[who], found)


def seen(actor: Actor, table: str = "cases_case") -> set[str]:
    """Scope codes that PostgreSQL lets the actor read in raw SQL."""
    with acting(actor), connection.cursor() as cursor:
        cursor.execute(f"select distinct scope_code from {table}")
        return {code for (code,) in cursor.fetchall()}


def asked_of_the_queryset(actor: Actor) -> set[str]:
    with acting(actor):
        return set(Case.objects.visible_to(actor, purpose="handle_case").values_list("scope_code", flat=True))


# --- help by ticket ----------------------------------------------------------------------------------------


def test_a_ticket_opens_the_helped_area_and_not_the_own_one_beside_it(city: World) -> None:
    ticket = ask(city)
    decide(city, ticket)
    there = under(city, WORKER, "help", ticket.pk)
    assert seen(there) == asked_of_the_queryset(there) == {FAR}
    assert seen(city.actors[WORKER]) == {HERE}


def test_only_the_purposes_of_the_ticket(city: World) -> None:
    ticket = ask(city)
    decide(city, ticket)
    there = under(city, WORKER, "help", ticket.pk)
    assert there.purposes == {"handle_case"}
    with acting(there), connection.cursor() as cursor:
        cursor.execute("select current_setting('app.purposes')")
        assert cursor.fetchone()[0] == ",handle_case,"


STATES = ("asked", "approved", "refused", "revoked")


@given(
    state=st.sampled_from(STATES),
    begins=st.integers(-40, 40),
    lasts=st.integers(1, 40),
    scope=st.sampled_from([FAR, NEXT_DOOR, "230104002", "230104"]),
    other=st.booleans(),
    claimed=st.sampled_from(["", "230103", FAR]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_postgresql_opens_what_the_row_says_and_nothing_else(
    city: World, state: str, begins: int, lasts: int, scope: str, other: bool, claimed: str
) -> None:
    """Whatever range the caller claims: the row's while it is in force and the post's own, else no row at all."""
    ticket = ask(city)
    decide(city, ticket)
    now = clock.now()
    starts = now + timedelta(minutes=begins)
    HelpTicket.objects.filter(pk=ticket.pk).update(
        state=state, scope_code=scope, starts_at=starts, ends_at=starts + timedelta(minutes=lasts)
    )
    who = f"community-{NEXT_DOOR}" if other else WORKER
    forged = replace(city.actors[who], low=claimed, high=claimed + "~", lent="help", lent_id=ticket.pk)
    holds = state == "approved" and begins <= 0 < begins + lasts and not other
    assert all(code.startswith(scope) for code in seen(forged))
    assert bool(seen(forged)) == holds
    real = under(city, who, "help", ticket.pk)
    assert (real.lent == "help") == holds
    if holds:
        assert seen(real) == asked_of_the_queryset(real)
    HelpTicket.objects.all().delete()


@pytest.mark.parametrize("who", [WORKER, "street-230103002", UNIT, OFFICER, "administrator"])
def test_only_the_helped_area_decides(city: World, who: str) -> None:
    ticket = ask(city)
    with pytest.raises((Forbidden, Conflict)):
        decide(city, ticket, who=who)
    assert HelpTicket.objects.get(pk=ticket.pk).state == "asked"


def test_the_database_lets_nobody_ask_with_the_approval_in_hand(city: World) -> None:
    now = clock.now()
    with acting(city.actors[WORKER]), pytest.raises(DatabaseError), transaction.atomic():
        HelpTicket.objects.create(
            post=city.posts[WORKER], scope_code=FAR, purposes="handle_case", reason="x", starts_at=now,
            ends_at=now + timedelta(days=1), asked_at=now, state="approved", decided_by=city.posts[FAR_STREET],
        )  # fmt: skip
    with acting(city.actors[WORKER]), connection.cursor() as cursor:
        for sql in ("update access_helpticket set state = 'approved'", "delete from access_helpticket"):
            with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
                cursor.execute(sql)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"scope_code": HERE}, "scope_code"),
        ({"scope_code": "230104009"}, "scope_code"),
        ({"purposes": ["data_protection"]}, "purposes"),
        ({"purposes": []}, "purposes"),
        ({"ends_at": clock.now() + timedelta(days=60)}, "ends_on"),
    ],
)
def test_what_cannot_be_lent_is_refused_with_its_field(
    city: World, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as caught:
        ask(city, **given)
    assert caught.value.field == field


def test_taken_back_it_opens_nothing_from_the_next_request_on(city: World) -> None:
    ticket, helper, area = ask(city), city.browser(WORKER), city.browser(FAR_STREET)
    listed = area.get("/account/help/area/")
    assert city.organisations[WORKER].name in listed.content.decode()
    assert area.post(f"/account/help/{ticket.pk}/", {"do": "approve"}).status_code == 303
    assert helper.post(f"/account/under/help/{ticket.pk}/").status_code == 303
    case = Case._base_manager.get(scope_code=FAR)
    page = helper.get("/appeals/desk/").content.decode()
    assert case.number in page
    assert "跨辖区支援" in page
    assert area.post(f"/account/help/{ticket.pk}/", {"do": "revoke"}).status_code == 303
    after = helper.get("/appeals/desk/").content.decode()
    assert case.number not in after
    assert Case._base_manager.get(scope_code=HERE).number in after


def test_it_ends_by_itself(city: World) -> None:
    ticket = ask(city)
    decide(city, ticket)
    clock.set_offset(timedelta(days=3, minutes=1))
    assert not under(city, WORKER, "help", ticket.pk).lent
    forged = replace(city.actors[WORKER], low="", high="~", lent="help", lent_id=ticket.pk)
    assert seen(forged) == set()


def test_a_helper_lends_nothing_on_and_opens_no_glass(city: World) -> None:
    ticket = ask(city)
    decide(city, ticket)
    there = under(city, WORKER, "help", ticket.pk)
    assert not there.may("access.ask_help")
    assert not there.may("access.break_glass")
    assert there.may("appeals.intake")


def test_who_helps_may_give_it_back_and_looks_carry_the_ticket(city: World) -> None:
    from lianglin.access.actions import log_look

    ticket = ask(city)
    decide(city, ticket)
    there = under(city, WORKER, "help", ticket.pk)
    with acting(there):
        log_look(by=there, purpose="handle_case", what="x", scope_code=FAR)
    assert AccessLog.objects.get().help_ticket_id == ticket.pk
    decide(city, ticket, "revoked", WORKER)
    assert HelpTicket.objects.get(pk=ticket.pk).revoked_by == city.posts[WORKER]


def test_the_audit_says_under_which_ticket(city: World) -> None:
    ticket = ask(city)
    decide(city, ticket)
    case = Case._base_manager.get(scope_code=FAR)
    there = under(city, WORKER, "help", ticket.pk)
    with acting(there):
        from lianglin.access import audit

        audit.record("test.look", "cases.Case", case.pk, scope_code=FAR)
    assert any(
        f'"under":"help:{ticket.pk}"' in bytes(entry.body).decode() for entry in AuditEntry.objects.all()
    )


# --- break-glass -------------------------------------------------------------------------------------------


def test_it_opens_for_minutes_and_tells_the_officer_at_once(city: World) -> None:
    made = opened(city)
    told = Message._base_manager.get(post=city.posts[OFFICER])
    assert city.organisations[WORKER].name in told.body
    there = under(city, WORKER, "glass", made.pk)
    assert there.purposes == {"handle_case", "serve_household"}
    assert seen(there) == {FAR}
    clock.set_offset(timedelta(minutes=61))
    assert not under(city, WORKER, "glass", made.pk).lent
    assert seen(there) == set()


def test_the_time_limit_is_a_setting(city: World, settings: Any) -> None:
    settings.BREAK_GLASS_MINUTES = 15
    made = opened(city)
    assert made.ends_at - made.begun_at == timedelta(minutes=15)


def fails(*_anything: Any) -> None:
    raise OSError("the queue is full")


@pytest.mark.parametrize("fault", ["no officer", "no port", "queue down", "undeclared"])
def test_nothing_opens_when_the_officer_cannot_be_told(
    city: World, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fault == "no officer":
        Post.objects.filter(pk=city.posts[OFFICER].pk).update(ends_on=clock.today() - timedelta(days=1))
    elif fault == "no port":
        monkeypatch.setattr(messages, "_port", None)
    elif fault == "queue down":
        monkeypatch.setattr(messages, "_port", fails)
    else:
        monkeypatch.setattr("lianglin.notices.actions.declared", lambda code: {}[code])
    with pytest.raises(Refused):
        opened(city)
    assert not BreakGlass.objects.exists()
    assert not Message._base_manager.exists()


@pytest.mark.parametrize("who", ["administrator", "security_officer", "auditor", OFFICER, "manager", UNIT])
def test_never_for_who_watches_or_administers(city: World, who: str) -> None:
    with pytest.raises(HouseError):
        opened(city, who)
    now = clock.now()
    with acting(city.actors[who]), pytest.raises(DatabaseError), transaction.atomic():
        BreakGlass.objects.create(
            post=city.posts[who], scope_code=FAR, purposes="handle_case", reason="x", begun_at=now, told=1,
            ends_at=now + timedelta(minutes=5), review_due_at=now,
        )  # fmt: skip
    assert city.browser(who).post("/account/emergency/", {}).status_code in (403, 200)
    assert not BreakGlass.objects.exists()


def test_no_longer_than_eight_hours_and_never_untold_whoever_writes(city: World) -> None:
    now = clock.now()
    common = {
        "post": city.posts[WORKER],
        "scope_code": FAR,
        "purposes": "handle_case",
        "reason": "x",
        "begun_at": now,
    }
    for ends, told in ((now + timedelta(hours=9), 1), (now + timedelta(minutes=5), 0)):
        with pytest.raises(DatabaseError), transaction.atomic():
            BreakGlass.objects.create(**common, ends_at=ends, told=told, review_due_at=now)


def test_every_page_under_it_is_written_down_with_its_number(city: World) -> None:
    browser = city.browser(WORKER)
    form = {"scope_code": FAR, "purposes": ["handle_case"], "reason": "老人失联"}
    assert browser.post("/account/emergency/", form).status_code == 303
    made = BreakGlass.objects.get()
    assert Case._base_manager.get(scope_code=FAR).number in browser.get("/appeals/desk/").content.decode()
    assert AccessLog.objects.filter(break_glass=made).count() == 1
    officer = city.browser(OFFICER)
    assert len(officer.get(f"/account/emergency/{made.pk}/").context["looks"]) == 1
    assert browser.post("/account/usual/").status_code == 303
    assert BreakGlass.objects.get().closed_at is not None
    assert Case._base_manager.get(scope_code=FAR).number not in browser.get("/appeals/desk/").content.decode()
    assert AccessLog.objects.filter(break_glass=made).count() == 2


def test_the_officer_judges_it_once_and_only_when_it_is_over(city: World) -> None:
    made, officer = opened(city), city.browser(OFFICER)
    address, form = f"/account/emergency/{made.pk}/", {"verdict": "justified", "note": "已核实"}
    assert officer.post(address, form).status_code == 409
    clock.set_offset(timedelta(hours=2))
    with transaction.atomic(), acting(city.actors[OFFICER]) as by:
        widening.review_glass(opening=made, verdict="justified", note="已核实", by=by)
    with pytest.raises(Conflict), transaction.atomic(), acting(city.actors[OFFICER]) as by:
        widening.review_glass(opening=made, verdict="unjustified", note="x", by=by)
    assert BreakGlass.objects.get().verdict == "justified"


@pytest.mark.parametrize("who", [WORKER, STREET, "manager", "auditor"])
def test_nobody_else_judges(city: World, who: str) -> None:
    made = opened(city)
    clock.set_offset(timedelta(hours=2))
    with pytest.raises((Forbidden, Conflict)), transaction.atomic(), acting(city.actors[who]) as by:
        widening.review_glass(opening=made, verdict="justified", note="x", by=by)
    with acting(city.actors[who]), connection.cursor() as cursor, transaction.atomic():
        try:
            with transaction.atomic():
                cursor.execute("select access_review_glass(%s, 'justified', '')", [made.pk])
        except DatabaseError as error:
            if "permission denied" not in str(error):
                raise
    assert BreakGlass.objects.get().verdict == ""


def test_an_opening_that_nobody_judged_in_time_is_shown_as_overdue(city: World) -> None:
    opened(city)
    assert lent.overdue_reviews() == 0
    BreakGlass.objects.update(
        review_due_at=clock.now() - timedelta(minutes=1), closed_at=clock.now() - timedelta(minutes=1)
    )
    shown = city.browser(OFFICER).get("/account/emergency/")
    assert [row["tone"] for row in shown.context["rows"]] == ["bad"]
    assert "审定超期" in shown.content.decode()
