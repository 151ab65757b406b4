"""What PostgreSQL itself holds of webhooks: who decides, who reads the secret; and of which kinds of cases one hears."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from lianglin.access import actor as actors
from lianglin.access.actor import Actor
from lianglin.access.models import Grant
from lianglin.access.transaction import acting
from lianglin.files.tests.factories import HERE, Staff, staff
from lianglin.kit import clock
from lianglin.kit.errors import Refused
from lianglin.kit.events import CaseMoved
from lianglin.notices.models import WebhookEndpoint
from lianglin.notices.tests.test_webhooks import CASE, approved, calls, stands, wanted
from lianglin.notices.webhooks import actions, kinds, queueing

pytestmark = pytest.mark.django_db
URL = "https://orders.example.org/hook"


@pytest.fixture
def keeper() -> Staff:
    return staff("administrator", "", "city")


@pytest.fixture
def second() -> Staff:
    return staff("security_officer", "", "city")


def proposed(by: Actor, **more: Any) -> WebhookEndpoint:
    with acting(by):
        return actions.propose(by=by, wanted=wanted(URL, **more)).endpoint


def refuses(by: Actor, statement: str, *values: object) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), acting(by), connection.cursor() as cursor:
        cursor.execute(statement, values)


DECIDE = "update notices_webhookendpoint set state = %s, decided_by_id = %s where id = %s"


def test_nobody_but_the_security_officer_decides_whoever_is_named(keeper: Staff, second: Staff) -> None:
    unit = staff("unit_handler", "", "bureau")
    own = proposed(unit.actor)
    for by in (unit, keeper):
        for state in ("approved", "refused"):
            refuses(by.actor, DECIDE, state, second.post.account_id, own.pk)
    refuses(actors.job(), DECIDE, "approved", second.post.account_id, own.pk)
    refuses(second.actor, DECIDE, "approved", keeper.post.account_id, own.pk)
    assert stands(own).state == "waiting"


def test_what_is_decided_is_not_decided_again(keeper: Staff, second: Staff) -> None:
    one = approved(keeper, second, URL)
    for state in ("refused", "waiting"):
        refuses(second.actor, DECIDE, state, second.post.account_id, one.pk)


def test_nothing_begins_as_approved_or_in_somebody_elses_name(keeper: Staff, second: Staff) -> None:
    row = proposed(keeper.actor)
    copied = """
        insert into notices_webhookendpoint (key, name, url, kinds, events, run, scope_code, secret_made_at, sample, reason,
            state, proposed_by_id, proposed_post_id, proposed_at, decided_by_id, note)
        select gen_random_uuid(), name, url, kinds, events, run, scope_code, secret_made_at, sample, reason, %s, %s,
            proposed_post_id, proposed_at, %s, '' from notices_webhookendpoint where id = %s
    """
    refuses(keeper.actor, copied, "approved", keeper.post.account_id, second.post.account_id, row.pk)
    refuses(keeper.actor, copied, "waiting", second.post.account_id, None, row.pk)


def test_no_post_reads_a_secret_not_even_encrypted(keeper: Staff, second: Staff) -> None:
    approved(keeper, second, URL)
    city = staff("city_coordinator", "", "city")
    for by in (keeper, second, city, staff("unit_handler", "", "bureau")):
        refuses(by.actor, "select secret from notices_webhooksecret")
        refuses(by.actor, "update notices_webhooksecret set before = null")
    with connection.cursor() as cursor:
        cursor.execute(
            "select column_name from information_schema.columns where table_name = 'notices_webhookendpoint' "
            "and data_type = 'bytea'"
        )
        assert cursor.fetchall() == []


def test_kinds_are_those_that_the_posts_may_open() -> None:
    assert kinds.heard(True, "") == {"appeal", "remedy", "petition", "claim"}
    assert "rights" not in kinds.heard(False, HERE[:6])
    assert "rights" in kinds.heard(False, HERE), "the community looks up what is held"
    assert kinds.heard(False, HERE[:2]) == frozenset(), "nobody keeps a province here"


def test_a_kind_that_the_unit_may_not_open_is_not_proposed(keeper: Staff) -> None:
    unit = staff("unit_handler", "", "bureau")
    for by, more in (
        (unit, {}),
        (keeper, {"unit_id": unit.post.organisation_id}),
        (keeper, {"scope_code": HERE[:9]}),
    ):
        with acting(by.actor), pytest.raises(Refused) as caught:
            actions.propose(by=by.actor, wanted=wanted(URL, kinds=["appeal", "rights"]), **more)
        assert caught.value.field == "kinds"


def test_the_form_of_a_unit_offers_only_its_kinds() -> None:
    unit = staff("unit_handler", "", "bureau")
    session = unit.browser.session
    session["proved_again"] = clock.now().isoformat()
    session.save()
    page = unit.browser.get("/messages/webhooks/new/").content.decode()
    assert 'value="claim"' in page
    assert 'value="rights"' not in page


def test_the_administrator_chooses_a_unit_by_its_name(keeper: Staff) -> None:
    unit = staff("unit_handler", "", "bureau").post.organisation
    session = keeper.browser.session
    session["proved_again"] = clock.now().isoformat()
    session.save()
    page = keeper.browser.get("/messages/webhooks/new/").content.decode()
    assert f'<option value="{unit.pk}">{unit.label}</option>' in page


def test_what_the_posts_may_not_open_any_more_is_not_told(
    keeper: Staff, second: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    unit = staff("unit_handler", "", "bureau")
    approved(keeper, second, URL, unit_id=unit.post.organisation_id)
    Grant.objects.create(
        subject="cases.Case", subject_id=CASE, scope_code=HERE, organisation=unit.post.organisation,
        starts_at=clock.now(), reason="dispatch",
    )  # fmt: skip
    now = clock.now().isoformat()
    event = CaseMoved(CASE, "appeal", HERE, "dispatch", "dispatched", now, now, "A2611280001", "", None, "")
    monkeypatch.setattr(kinds, "duties_of", lambda _role: frozenset({"benefits.read_claims"}))
    with acting(actors.job()):
        queueing.case_moved(event)
    assert calls() == []
    monkeypatch.undo()
    with acting(actors.job()):
        queueing.case_moved(event)
    assert len(calls()) == 1
