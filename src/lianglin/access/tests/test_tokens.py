"""Keys for programs: a post narrowed, never more; shown once; ended when they should be."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests import watch, world
from tests.world import HERE, STREET, UNIT, WORKER, World

from lianglin.access import second_factor
from lianglin.access.actor import Actor
from lianglin.access.keys import tokens
from lianglin.access.models import AccessLog, ApiToken, AuditEntry, Post
from lianglin.access.scoped import guards
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.people.models import Household, Membership, Resident

KEYS, API = "/account/security/keys/", "/api/v1/appeals/"
MINE = {"duties": ["appeals.read", "appeals.intake"], "purposes": ["handle_case"]}
TABLES = (Case, Resident, Household, Membership, AccessLog)


@pytest.fixture
def city(db: None) -> World:
    watch.forget_tries()
    return world.build()


def key_for(
    city: World, code: str = WORKER, kind: str = "token", days: int = 30, **scope: Any
) -> tokens.Made:
    with acting(city.actors[code]) as by:
        return tokens.make(by=by, kind=kind, name="test", days=days, **{**MINE, **scope})


def bearer(secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {secret}"}


def basic(name: str, secret: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def seen(actor: Actor) -> dict[str, set[Any]]:
    """The keys of all rows that an actor reads, by the QuerySet and by PostgreSQL."""
    found: dict[str, set[Any]] = {}
    with acting(actor):
        for model in TABLES:
            access = guards()[model._meta.label].roles.get(actor.role)
            if access is None or "S" not in access.rights:
                continue
            found[model._meta.label] = set(model._base_manager.values_list("pk", flat=True))
            if hasattr(model.objects, "visible_to"):
                for purpose in actor.purposes:
                    mine = model.objects.visible_to(actor, purpose=purpose).values_list("pk", flat=True)
                    found[f"{model._meta.label}/{purpose}"] = set(mine)
    return found


# --- a key never sees more than its post --------------------------------------------------------------------


@given(data=st.data())
@settings(
    max_examples=40, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
def test_a_key_never_holds_or_sees_more_than_its_post(peopled: World, data: st.DataObject) -> None:
    code = data.draw(
        st.sampled_from([WORKER, STREET, UNIT, "manager", "protection_officer", "administrator"])
    )
    post = peopled.actors[code]
    anything = frozenset({*post.duties, "access.manage", "appeals.dispatch", "system"})
    duties = data.draw(st.frozensets(st.sampled_from(sorted(anything))))
    purposes = data.draw(st.frozensets(st.sampled_from(["handle_case", "statistics", "system", "call_back"])))
    key = post.narrowed(duties=duties, purposes=purposes, token_id=1)
    assert key.duties <= post.duties
    assert key.purposes <= post.purposes
    same = ("role", "low", "high", "account_id", "post_id", "organisation_id", "case_id", "resident_id")
    assert all(getattr(key, name) == getattr(post, name) for name in same)
    of_post, of_key = seen(post), seen(key)
    assert all(rows <= of_post.get(table, set()) for table, rows in of_key.items())


@pytest.fixture
def peopled(city: World) -> World:
    world.open_cases(city)
    return city


def test_what_is_planted_is_seen_by_the_post(peopled: World) -> None:
    """Else the property above would hold for nothing."""
    assert seen(peopled.actors[WORKER])["cases.Case"]
    assert seen(peopled.actors[WORKER])["people.Resident"]


def test_a_key_without_the_purpose_reads_no_case(peopled: World) -> None:
    with_it, without = key_for(peopled), key_for(peopled, purposes=[])
    assert Client().get(API, **bearer(with_it.secret)).json()["rows"]
    assert Client().get(API, **bearer(without.secret)).status_code in (403, 200)
    assert not Client().get(API, **bearer(without.secret)).json().get("rows")


@pytest.mark.parametrize(
    "scope",
    [
        {"duties": ["appeals.dispatch"]},
        {"purposes": ["statistics"]},
        {"duties": ["access.manage"], "purposes": []},
        {"duties": ["access.ask_help"]},
        {"days": 91},
        {"days": 0},
    ],
)
def test_more_than_the_post_carries_or_longer_than_the_setting_is_refused(
    city: World, scope: dict[str, Any]
) -> None:
    with watch.refused(tokens.Refused):
        key_for(city, **scope)
    assert not ApiToken.objects.exists()


def test_a_key_makes_no_key(city: World) -> None:
    made = key_for(city)
    with pytest.raises(tokens.Forbidden):
        tokens.make(by=city.actors[WORKER].narrowed(duties=frozenset(), purposes=frozenset(), token_id=made.row.pk),
                    kind="token", name="x", duties=[], purposes=[], days=1)  # fmt: skip


# --- how it is kept and recognised --------------------------------------------------------------------------


def test_only_a_digest_rests(city: World) -> None:
    made = key_for(city)
    row = ApiToken.objects.values().get()
    assert made.secret not in str(row)
    assert len(bytes(row["digest"])) == 32
    assert not any(made.secret.encode() in bytes(entry.body) for entry in AuditEntry.objects.all())


def test_a_scanner_of_secrets_recognises_it() -> None:
    token, app = tokens.new_secret("token"), tokens.new_secret("app")
    assert token.startswith("lnl_t_")
    assert tokens.check_of(token[6:42]) == token[42:]
    assert tokens.named_in(f"Bearer {token}") == ("", token)
    broken = token[:20] + ("a" if token[20] != "a" else "b") + token[21:]
    assert tokens.named_in(f"Bearer {broken}") is None
    assert app.startswith("lnlp-")
    assert len(app.split("-")) == 5


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Basic", "Basic !!", "Basic eA==", "Digest x", "\x00"]
)
def test_what_is_no_key_is_none(header: str) -> None:
    assert tokens.named_in(header) is None


# --- use -----------------------------------------------------------------------------------------------------


def test_a_bearer_acts_as_its_post_at_the_api(peopled: World) -> None:
    made = key_for(peopled)
    answer = Client().get(API, **bearer(made.secret))
    assert answer.status_code == 200
    assert {row["scope_code"] for row in answer.json()["rows"]} <= {HERE}


def test_a_key_opens_no_page(city: World) -> None:
    for header in (bearer(key_for(city).secret), basic(WORKER, key_for(city, kind="app").secret)):
        assert Client().get("/work/", **header).status_code == 302
        assert Client().get("/account/security/", **header).status_code == 302


def test_an_app_password_goes_with_its_login_name_only(peopled: World) -> None:
    made = key_for(peopled, kind="app")
    name = peopled.posts[WORKER].account.username
    assert Client().get(API, **basic(name, made.secret)).status_code == 200
    assert Client().get(API, **basic("manager", made.secret)).status_code == 401
    assert Client().get(API, **bearer(made.secret)).status_code == 401


def test_the_accounts_own_password_opens_no_api(city: World) -> None:
    account = city.posts[WORKER].account
    account.set_password("a long test password")
    account.save()
    assert Client().get(API, **basic(WORKER, "a long test password")).status_code == 401


def test_a_token_is_no_app_password(city: World) -> None:
    assert Client().get(API, **basic(WORKER, key_for(city).secret)).status_code == 401


@pytest.mark.parametrize(
    "why", ["revoked", "expired", "post ended", "account off", "first password", "wrong"]
)
def test_a_key_that_is_over_opens_nothing(city: World, why: str) -> None:
    made, post = key_for(city), city.posts[WORKER]
    secret = made.secret
    if why == "revoked":
        with acting(city.actors[WORKER]) as by:
            tokens.revoke(token_id=made.row.pk, by=by)
    elif why == "expired":
        ApiToken.objects.update(expires_at=second_factor.system_now() - timedelta(seconds=1))
    elif why == "post ended":
        Post.objects.filter(pk=post.pk).update(ends_on=clock.today() - timedelta(days=1))
    elif why == "account off":
        type(post.account).objects.filter(pk=post.account_id).update(is_active=False)
    elif why == "first password":
        type(post.account).objects.filter(pk=post.account_id).update(one_time_until=clock.now())
    else:
        secret = tokens.new_secret("token")
    answer = Client().get(API, **bearer(secret))
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_wrong_key_does_not_fall_back_to_the_cookie(peopled: World) -> None:
    browser = peopled.browser(STREET)
    assert browser.get(API).status_code == 200
    assert browser.get(API, **bearer("lnl_t_wrong")).status_code == 401


def test_a_key_counts_instead_of_the_cookie(peopled: World) -> None:
    browser = peopled.browser(STREET)
    answer = browser.get(API, **bearer(key_for(peopled).secret))
    assert {row["scope_code"] for row in answer.json()["rows"]} <= {HERE}
    assert any(row["scope_code"] != HERE for row in browser.get(API).json()["rows"])


def test_a_cookie_needs_the_csrf_token_and_a_key_does_not(peopled: World) -> None:
    url = API
    by_cookie = peopled.browser(WORKER, enforce_csrf_checks=True).post(
        url, {}, content_type="application/json"
    )
    by_key = Client(enforce_csrf_checks=True).post(
        url, {}, content_type="application/json", **bearer(key_for(peopled).secret)
    )
    assert by_cookie.status_code == 403
    assert by_key.status_code == 422


def test_use_is_noted_and_said_in_the_audit(city: World) -> None:
    made = key_for(city)
    assert made.row.used_at is None
    Client().get(API, **bearer(made.secret))
    assert ApiToken.objects.get().used_at is not None
    by = city.actors[WORKER].narrowed(duties=frozenset(), purposes=frozenset(), token_id=made.row.pk)
    with acting(by):
        from lianglin.access import audit

        audit.record("test.verb", "access.Post", 1)
    body = bytes(AuditEntry.objects.order_by("-id")[0].body).decode()
    assert f'"token":{made.row.pk}' in body


def test_guessing_is_slowed_and_the_right_key_is_let_in_all_the_same(city: World) -> None:
    made = key_for(city)
    wrong = [Client().get(API, **bearer("lnl_t_x")).status_code for _try in range(101)]
    assert (wrong[:100], wrong[100]) == ([401] * 100, 429)
    assert Client().get(API, **bearer(made.secret)).status_code == 200


# --- the pages ------------------------------------------------------------------------------------------------


def test_a_key_is_made_and_shown_once(city: World) -> None:
    browser = city.browser(WORKER)
    made = browser.post(f"{KEYS}new/", {"kind": "token", "name": "survey", "days": "30", **MINE})
    secret = made.context["made"].secret
    assert secret in made.content.decode()
    listed = browser.get(KEYS).content.decode()
    assert "survey" in listed
    assert secret not in listed
    assert secret[-4:] in listed
    assert "no-store" in made.headers["Cache-Control"]


def test_the_form_offers_only_what_the_post_carries(city: World) -> None:
    page = city.browser(WORKER).get(f"{KEYS}new/").content.decode()
    assert "appeals.accept" in page
    assert "appeals.dispatch" not in page
    asked = {"kind": "token", "name": "x", "days": "30", "duties": ["appeals.dispatch"]}
    assert city.browser(WORKER).post(f"{KEYS}new/", asked).status_code == 422
    assert not ApiToken.objects.exists()


def test_a_post_without_a_duty_of_the_api_makes_a_key_that_reads_what_is_open(city: World) -> None:
    boss, asked = city.browser("security_officer"), {"kind": "token", "name": "x", "days": "30"}
    made = boss.post(f"{KEYS}new/", {**asked, "duties": "access.approve"})
    assert "duties" not in boss.get(f"{KEYS}new/").context["form"].fields
    assert ApiToken.objects.get().duties == []
    secret = made.context["made"].secret
    assert Client().get(API, **bearer(secret)).status_code == 403


def test_one_revokes_the_own_key_and_nobody_elses(city: World) -> None:
    made = key_for(city)
    assert city.browser(STREET).post(f"{KEYS}revoke/", {"key": made.row.pk}).status_code == 403
    assert Client().get(API, **bearer(made.secret)).status_code == 200
    assert city.browser(WORKER).post(f"{KEYS}revoke/", {"key": made.row.pk}).status_code == 303
    assert Client().get(API, **bearer(made.secret)).status_code == 401


def test_a_reset_after_a_lost_phone_revokes_all_keys(city: World) -> None:
    made = key_for(city)
    with acting(city.actors["security_officer"]) as boss:
        second_factor.reset(username=city.posts[WORKER].account.username, reason="seen", by=boss)
    assert Client().get(API, **bearer(made.secret)).status_code == 401
