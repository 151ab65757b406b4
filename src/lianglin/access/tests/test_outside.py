"""The city's own identity provider: what it opens, and every way in which its answer may not hold."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.access.again import AGAIN_KEY
from lianglin.access.governance import changes
from lianglin.access.models import Account, LoginSession, OutsideIdentity, Post, SecondFactor
from lianglin.access.outside import provider as ours
from lianglin.access.tests.provider import CLIENT, PROOF, Provider, new_key, serve
from lianglin.access.transaction import acting
from lianglin.kit import clock
from lianglin.kit.errors import Refused

WORKER, OTHER = f"community-{HERE}", f"community-{NEXT_DOOR}"
THERE, BACK = "/account/login/outside/", "/account/login/outside/back/"
AGAIN, KEYS = "/account/security/outside/again/", "/account/security/keys/new/"


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with serve() as running:
        settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
            running.url,
            CLIENT,
            PROOF,
        )
        ours.forget()
        yield running
        ours.forget()


@pytest.fixture
def city(db: None) -> World:
    watch.forget_tries()
    return world.build()


@pytest.fixture
def linked(city: World, provider: Provider) -> World:
    """The subject "worker-7" is declared for the worker: proposed by one person, approved by another."""
    declare(city, WORKER, "worker-7")
    return city


def declare(city: World, code: str, subject: str) -> None:
    with acting(city.actors["administrator"]) as by:
        account = city.posts[code].account
        change = changes.propose_link(account=account, subject=subject, reason="list 7", by=by)
    with acting(city.actors["security_officer"]) as by:
        changes.decide(change_id=change.pk, approve=True, note="", by=by)


def come_in(browser: Client, provider: Provider, **changed: str) -> Any:
    return browser.get(BACK, {**provider.agree(browser.get(THERE).url), **changed})


def test_a_linked_subject_opens_the_account_and_its_posts(linked: World, provider: Provider) -> None:
    browser = Client()
    assert come_in(browser, provider).url == "/account/start/"
    assert browser.get("/work/").status_code == 200
    assert LoginSession.objects.get(how="outside").account == linked.posts[WORKER].account


def test_the_way_there_carries_pkce_state_and_nonce(linked: World, provider: Provider) -> None:
    query = parse_qs(urlsplit(Client().get(THERE).url).query)
    assert query["code_challenge_method"] == ["S256"]
    assert all(len(query[name][0]) >= 32 for name in ("state", "nonce", "code_challenge"))
    assert (query["scope"], query["response_type"], query["client_id"]) == (["openid"], ["code"], [CLIENT])
    assert query["redirect_uri"] == [f"http://testserver{BACK}"]


def test_the_client_names_itself_with_its_secret(linked: World, provider: Provider) -> None:
    come_in(Client(), provider)
    pair = base64.b64decode(provider.asked[-1]["authorization"].removeprefix("Basic ")).decode()
    assert pair == "lianglin:what+a+client+says+%26+more"
    assert PROOF not in str(provider.codes)


def test_a_subject_without_a_link_makes_nothing(city: World, provider: Provider) -> None:
    before = (Account.objects.count(), Post.objects.count())
    browser = Client()
    answer = come_in(browser, provider)
    assert (answer.status_code, answer.templates[0].name) == (403, "access/outside_failed.html")
    assert browser.get("/work/").status_code == 302
    assert (Account.objects.count(), Post.objects.count()) == before
    assert not OutsideIdentity.objects.exists()


def test_an_account_that_was_closed_stays_closed(linked: World, provider: Provider) -> None:
    Account.objects.filter(pk=linked.posts[WORKER].account_id).update(is_active=False)
    assert come_in(Client(), provider).status_code == 403


# --- the second factor -----------------------------------------------------------------------------------------


@pytest.fixture
def guarded(linked: World) -> World:
    """The worker has an authenticator app, too."""
    account = linked.posts[WORKER].account
    SecondFactor.objects.create(account=account, secret="GEZDGNBVGY3TQOJQ", confirmed_at=clock.now())
    return linked


def test_the_second_factor_is_still_asked_for(guarded: World, provider: Provider) -> None:
    provider.claims = {"amr": ["pwd", "mfa"], "acr": "2"}
    browser = Client()
    assert come_in(browser, provider).url.startswith("/account/login/code/")
    assert browser.get("/work/").status_code == 302


@pytest.mark.parametrize("claims", [{"amr": ["pwd", "mfa"]}, {"acr": "mfa"}])
def test_unless_the_settings_trust_what_the_provider_says(
    guarded: World, provider: Provider, settings: Any, claims: dict[str, Any]
) -> None:
    settings.OIDC_TRUSTED, settings.SECOND_FACTOR_LEVELS = ("mfa",), ("community",)
    provider.claims = claims
    browser = Client()
    assert come_in(browser, provider).url == "/account/start/"
    assert browser.get("/work/").status_code == 200


@pytest.mark.parametrize("claims", [{}, {"amr": ["pwd"]}, {"amr": "mfa"}, {"acr": ""}, {"amr": [None]}])
def test_what_is_not_said_clearly_is_not_trusted(
    guarded: World, provider: Provider, settings: Any, claims: dict[str, Any]
) -> None:
    settings.OIDC_TRUSTED = ("mfa", "")
    provider.claims = claims
    assert come_in(Client(), provider).url.startswith("/account/login/code/")


def test_a_post_that_needs_a_factor_stays_closed_without_one(
    linked: World, provider: Provider, settings: Any
) -> None:
    settings.SECOND_FACTOR_LEVELS = ("community",)
    browser = Client()
    come_in(browser, provider)
    assert browser.get("/work/").status_code == 302


# --- answers that do not hold ------------------------------------------------------------------------------------

NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"exp": NOW - 120},
        {"exp": None},
        {"iat": NOW + 86_400},  # taken when tests are collected: far enough for the longest run
        {"iat": None},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": None},
    ],
)
def test_a_token_with_a_wrong_claim_opens_nothing(
    linked: World, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.claims = claims
    browser = Client()
    assert come_in(browser, provider).status_code == 422
    assert browser.get("/work/").status_code == 302


@pytest.mark.parametrize(
    "how", ["another key", "another kind of key", "shared secret", "none", "unknown number"]
)
def test_a_token_signed_by_somebody_else_opens_nothing(linked: World, provider: Provider, how: str) -> None:
    if how == "another key":
        provider.signs = new_key()
    elif how == "another kind of key":
        provider.signs, provider.algorithm = ec.generate_private_key(ec.SECP256R1()), "ES256"
    elif how == "shared secret":
        provider.signs, provider.algorithm = "a shared secret of more than thirty-two bytes", "HS256"
    elif how == "none":
        provider.signs, provider.algorithm = "", "none"
    else:
        ours.configuration()
        ours._document(f"{provider.url}/keys")
        provider.key, provider.number = new_key(), "2"
    assert come_in(Client(), provider).status_code == 422


def test_new_keys_of_the_provider_are_fetched_when_an_unknown_one_signs(
    linked: World, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    come_in(Client(), provider)
    provider.key, provider.number = new_key(), "2"
    monkeypatch.setattr(ours, "AGAIN_SECONDS", -1.0)
    assert come_in(Client(), provider).status_code == 303


def test_documents_are_kept_not_fetched_for_each_login(linked: World, provider: Provider) -> None:
    for _login in range(3):
        come_in(Client(), provider)
    assert provider.fetched.count("/.well-known/openid-configuration") == 1
    assert provider.fetched.count("/keys") == 1


@pytest.mark.parametrize("changed", [{"state": "another"}, {"state": ""}, {"iss": "https://evil.example"}])
def test_an_answer_to_another_question_is_refused(
    linked: World, provider: Provider, changed: dict[str, str]
) -> None:
    assert come_in(Client(), provider, **changed).status_code == 422
    assert not provider.asked[1:]


def test_an_answer_counts_once_and_in_its_own_browser(linked: World, provider: Provider) -> None:
    browser = Client()
    given = provider.agree(browser.get(THERE).url)
    assert Client().get(BACK, given).status_code == 422
    assert browser.get(BACK, given).status_code == 303
    assert browser.get(BACK, given).status_code == 422


def test_an_answer_runs_out(linked: World, provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Client()
    given = provider.agree(browser.get(THERE).url)
    later = clock.now() + timedelta(minutes=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert browser.get(BACK, given).status_code == 422


def test_a_refusal_of_the_provider_is_said_plainly(linked: World, provider: Provider) -> None:
    browser = Client()
    state = provider.agree(browser.get(THERE).url)["state"]
    assert browser.get(BACK, {"error": "access_denied", "state": state}).status_code == 422
    provider.status = 500
    assert come_in(Client(), provider).status_code == 422


def test_a_provider_that_calls_itself_otherwise_is_not_asked(city: World, provider: Provider) -> None:
    provider.configuration = {"issuer": "https://evil.example"}
    assert Client().get(THERE).status_code == 422


def test_a_provider_without_https_elsewhere_is_not_asked(city: World, provider: Provider) -> None:
    with pytest.raises(Refused):
        ours.ask("http://192.0.2.1/keys")
    with pytest.raises(Refused):
        ours.ask("file:///etc/passwd")


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("address", ["http://192.0.2.1/x", "javascript:alert(1)", None, 7])
def test_an_address_of_the_provider_that_is_not_safe_is_not_used(
    linked: World, provider: Provider, name: str, address: Any
) -> None:
    provider.configuration = {name: address}
    there = Client().get(THERE)
    assert there.status_code == 422 or come_in(Client(), provider).status_code == 422


def test_a_provider_that_names_itself_in_answers_must_do_so_each_time(
    linked: World, provider: Provider
) -> None:
    """RFC 9207: else the answer of another provider could be taken for this one's (mix-up)."""
    provider.configuration = {"authorization_response_iss_parameter_supported": True}
    assert come_in(Client(), provider).status_code == 422
    assert not provider.asked
    assert come_in(Client(), provider, iss=provider.url).status_code == 303


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_the_way_on_stays_on_this_site(linked: World, provider: Provider, onward: str) -> None:
    browser = Client()
    given = provider.agree(browser.get(THERE, {"next": onward}).url)
    assert browser.get(BACK, given).url == "/account/start/"


def test_the_way_on_is_kept(linked: World, provider: Provider) -> None:
    browser = Client()
    given = provider.agree(browser.get(THERE, {"next": "/work/"}).url)
    assert browser.get(BACK, given).url == "/work/"


# --- declaring, leaving, and a city without one -----------------------------------------------------------------


def test_a_subject_is_declared_by_two_people_on_their_pages(city: World, provider: Provider) -> None:
    account = city.posts[WORKER].account
    boss, second = city.browser("administrator"), city.browser("security_officer")
    page = f"/account/manage/accounts/{account.pk}/"
    asked = {"subject": "worker-7", "reason": "list 7"}
    assert boss.post(f"{page}link/", asked).status_code == 303
    assert not OutsideIdentity.objects.exists()
    change = changes.RightsChange.objects.get()
    assert boss.post(f"/account/changes/{change.pk}/", {"do": "approve"}).status_code in (200, 403)
    assert not OutsideIdentity.objects.exists()
    assert "worker-7" in second.get(f"/account/changes/{change.pk}/").content.decode()
    assert second.post(f"/account/changes/{change.pk}/", {"do": "approve"}).status_code == 303
    held = OutsideIdentity.objects.get()
    assert (held.account, held.issuer, held.claim, held.subject) == (account, provider.url, "sub", "worker-7")
    assert "worker-7" in boss.get(page).content.decode()
    assert "worker-7" in city.browser(WORKER).get("/account/security/").content.decode()


def test_a_subject_is_declared_for_one_account_only(linked: World, provider: Provider) -> None:
    with watch.refused(Refused):
        declare(linked, OTHER, "worker-7")
    declare(linked, WORKER, "worker-8")
    assert come_in(Client(), provider).status_code == 403
    declare(linked, OTHER, "worker-7")
    assert OutsideIdentity.objects.get(subject="worker-7").account == linked.posts[OTHER].account


def test_what_was_declared_meanwhile_is_refused_at_the_approval(city: World, provider: Provider) -> None:
    with acting(city.actors["administrator"]) as by:
        account = city.posts[OTHER].account
        late = changes.propose_link(account=account, subject="worker-7", reason="x", by=by)
    declare(city, WORKER, "worker-7")
    with acting(city.actors["security_officer"]) as by, pytest.raises(Refused):
        changes.decide(change_id=late.pk, approve=True, note="", by=by)


def test_nobody_declares_the_own_login(city: World, provider: Provider) -> None:
    own = city.posts["administrator"].account_id
    asked = {"subject": "boss", "reason": "x"}
    answer = city.browser("administrator").post(f"/account/manage/accounts/{own}/link/", asked)
    assert answer.status_code == 403
    assert city.browser(WORKER).post(f"/account/manage/accounts/{own}/link/", asked).status_code == 403


def test_another_claim_may_say_who_it_is(city: World, provider: Provider, settings: Any) -> None:
    declare(city, OTHER, "4711")
    settings.OIDC_CLAIM, settings.OIDC_SCOPE = "employee_number", "openid profile"
    declare(city, WORKER, "4711")  # of another claim, so not the same name
    provider.claims = {"sub": "4711"}
    assert come_in(Client(), provider).status_code == 422
    provider.claims = {"employee_number": 4711}
    assert come_in(Client(), provider).status_code == 303
    assert LoginSession.objects.get(how="outside").account == city.posts[WORKER].account
    assert "scope=openid+profile" in Client().get(THERE).url


@pytest.mark.parametrize("value", ["", True, ["4711"], {"a": 1}, 1.5, "x" * 256])
def test_a_claim_that_names_nobody_opens_nothing(
    city: World, provider: Provider, settings: Any, value: Any
) -> None:
    settings.OIDC_CLAIM = "employee_number"
    provider.claims = {"employee_number": value}
    assert come_in(Client(), provider).status_code == 422


def test_the_link_is_ended_by_its_holder(linked: World, provider: Provider) -> None:
    assert linked.browser(WORKER).post("/account/security/outside/unlink/").status_code == 303
    assert come_in(Client(), provider).status_code == 403


def test_logging_out_shows_the_way_out_of_the_provider(linked: World, provider: Provider) -> None:
    browser = Client()
    come_in(browser, provider)
    left = browser.post("/account/logout/").url
    assert left == "/account/login/outside/left/"
    assert f"{provider.url}/logout?client_id={CLIENT}" in browser.get(left).content.decode()
    assert browser.get("/work/").status_code == 302


def test_a_city_without_a_provider_has_none(city: World) -> None:
    assert [Client().get(path).status_code for path in (THERE, BACK)] == [404, 404]
    assert "统一身份认证" not in Client().get("/account/login/").content.decode()


# --- before a sensitive action ------------------------------------------------------------------------------------


def old_proof(city: World, code: str = WORKER) -> Client:
    browser = city.browser(code)
    session = browser.session
    session[AGAIN_KEY] = (clock.now() - timedelta(minutes=16)).isoformat()
    session.save()
    return browser


def confirm(browser: Client, provider: Provider) -> Any:
    return browser.get(BACK, provider.agree(browser.get(AGAIN, {"next": KEYS}).url))


def test_the_provider_proves_it_again_when_it_asks_anew(linked: World, provider: Provider) -> None:
    browser = old_proof(linked)
    assert "/again/" in browser.get(KEYS).url
    assert AGAIN in browser.get("/account/security/again/").content.decode()
    query = parse_qs(urlsplit(browser.get(AGAIN).url).query)
    assert (query["prompt"], query["max_age"]) == (["login"], ["0"])
    provider.claims = {"auth_time": int(time.time())}
    assert confirm(browser, provider).url == KEYS
    assert browser.get(KEYS).status_code == 200


@pytest.mark.parametrize("claims", [{}, {"auth_time": NOW - 3600}, {"auth_time": True}, {"auth_time": "now"}])
def test_an_old_proof_of_the_provider_is_none(
    linked: World, provider: Provider, claims: dict[str, Any]
) -> None:
    browser = old_proof(linked)
    provider.claims = claims
    assert confirm(browser, provider).status_code == 422
    assert "/again/" in browser.get(KEYS).url


@pytest.mark.parametrize(
    ("ago", "fresh"), [(0, True), (3600, False), (None, False), (-60, True), (-9e15, False)]
)
def test_a_login_is_as_fresh_as_the_providers_own_proof(
    linked: World, provider: Provider, ago: float | None, fresh: bool
) -> None:
    """It may know the browser since the morning, and let it in without a question."""
    provider.claims = {} if ago is None else {"auth_time": int(time.time() - ago)}
    browser = Client()
    come_in(browser, provider)
    assert browser.get("/work/").status_code == 200
    assert (browser.get(KEYS).status_code == 200) is fresh


def test_somebody_elses_login_proves_nothing(linked: World, provider: Provider) -> None:
    browser = old_proof(linked, OTHER)
    provider.claims = {"auth_time": int(time.time())}
    assert confirm(browser, provider).status_code == 403
    assert "/again/" in browser.get(KEYS).url


def test_it_does_not_stand_for_the_own_second_factor(
    guarded: World, provider: Provider, settings: Any
) -> None:
    browser = old_proof(guarded)
    provider.claims = {"auth_time": int(time.time()), "amr": ["mfa"]}
    assert confirm(browser, provider).status_code == 422
    settings.OIDC_TRUSTED = ("mfa",)
    assert confirm(browser, provider).url == KEYS


def test_an_answer_that_confirms_is_no_login(linked: World, provider: Provider) -> None:
    assert Client().get(AGAIN).url == "/account/login/"
    browser = old_proof(linked)
    provider.claims = {"auth_time": int(time.time())}
    given = provider.agree(browser.get(AGAIN).url)
    browser.post("/account/logout/")
    assert browser.get(BACK, given).status_code == 422
