"""Login, posts, who looked, audit: what works, what is refused, and what is never said."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.access import audit
from lianglin.access.actions import log_look
from lianglin.access.actor import job
from lianglin.access.models import AccessLog, AuditEntry, Post
from lianglin.access.transaction import acting
from lianglin.kit import clock

pytestmark = pytest.mark.django_db
LOGIN, PASSWORD = "/account/login/", "a long test password"
WORKER = f"community-{HERE}"


@pytest.fixture
def city(db: None) -> World:
    """The small city; no login was tried yet; the worker of HERE has a password."""
    watch.forget_tries()
    made = world.build()
    account = made.posts[WORKER].account
    account.set_password(PASSWORD)
    account.save()
    return made


def log_in(browser: Client, **given: str) -> Any:
    return browser.post(LOGIN, {"username": WORKER, "password": PASSWORD, **given})


@pytest.mark.parametrize("ended", [False, True], ids=["in a post", "without a post"])
def test_what_somebody_logged_in_reads_stays_in_no_cache(city: World, ended: bool) -> None:
    if ended:
        Post.objects.filter(pk=city.posts[WORKER].pk).update(ends_on=clock.today() - timedelta(days=1))
    browser = city.browser(WORKER)
    for path in ("/account/posts/", "/", "/api/v1/appeals/"):
        assert "no-store" in browser.get(path).headers["Cache-Control"], path


# --- login -------------------------------------------------------------------------------------------------


def test_login_starts_in_ones_post(city: World, client: Client) -> None:
    done = log_in(client)
    assert (done.status_code, done.url) == (303, "/account/start/")
    assert client.get("/account/start/").url == "/work/"
    assert city.posts[WORKER].organisation.name in client.get("/account/posts/").content.decode()


def test_a_wrong_password_and_an_unknown_name_are_told_the_same(city: World, client: Client) -> None:
    answers = [log_in(client, password="wrong"), log_in(client, username="nobody", password="wrong")]
    assert [answer.status_code for answer in answers] == [422, 422]
    errors = [answer.context["form"].non_field_errors() for answer in answers]
    assert errors[0] == errors[1] == ["登录名或密码不对，请核对；连错五次，该登录名锁定15分钟。"]


@pytest.mark.parametrize("name", [WORKER, "nobody"])
def test_the_sixth_try_is_locked_out_whether_the_name_exists_or_not(
    city: World, client: Client, name: str
) -> None:
    for _try in range(5):
        log_in(client, username=name, password="wrong")
    locked = log_in(client, username=name)
    assert locked.status_code == 429
    assert "15" in locked.context["form"].non_field_errors()[0]
    assert client.get("/account/posts/").status_code == 302


def test_a_success_forgets_the_failures(city: World, client: Client) -> None:
    for _try in range(4):
        log_in(client, password="wrong")
    assert log_in(client).status_code == 303
    assert log_in(Client(), password="wrong").status_code == 422


@pytest.mark.parametrize(
    ("asked", "goes"),
    [
        ("/appeals/desk/?state=open", "/appeals/desk/?state=open"),
        ("https://evil.example/", "/account/start/"),
        ("//evil.example/", "/account/start/"),
        ("javascript:alert(1)", "/account/start/"),
        ("/account/login/", "/account/start/"),
    ],
)
def test_after_the_login_only_to_pages_of_this_site(
    city: World, client: Client, asked: str, goes: str
) -> None:
    assert log_in(client, next=asked).url == goes


def test_the_login_page_keeps_a_safe_way_back_only(db: None, client: Client) -> None:
    assert client.get(LOGIN, {"next": "/work/"}).context["next"] == "/work/"
    assert client.get(LOGIN, {"next": "https://evil.example/"}).context["next"] == ""


def test_logout_is_a_post(city: World) -> None:
    browser = city.browser(WORKER)
    assert browser.get("/account/logout/").status_code == 405
    assert browser.post("/account/logout/").url == LOGIN
    assert browser.get("/work/").url.startswith(LOGIN)


# --- posts -------------------------------------------------------------------------------------------------


def second_post(city: World, **given: Any) -> Post:
    """Another post of the same person, next door."""
    other = city.posts[f"community-{NEXT_DOOR}"]
    values = {"starts_on": world.SINCE, "scope_code": NEXT_DOOR, "title": "代班", **given}
    return Post.objects.create(
        account=city.posts[WORKER].account,
        role_code="community_worker",
        organisation=other.organisation,
        **values,
    )


def test_switching_changes_what_is_seen_and_is_audited(city: World) -> None:
    there, browser = second_post(city), city.browser(WORKER)
    theirs = city.report(NEXT_DOOR, text="隔壁社区的路灯不亮").case
    assert theirs.number not in browser.get("/appeals/desk/").content.decode()
    assert browser.post("/account/posts/switch/", {"post": there.pk}).status_code == 303
    assert theirs.number in browser.get("/appeals/desk/").content.decode()
    assert any(b"access.switch_post" in bytes(entry.body) for entry in AuditEntry.objects.all())


def test_only_into_ones_own_post_in_force(city: World) -> None:
    browser = city.browser(WORKER)
    over = second_post(city, ends_on=clock.today() - timedelta(days=1))
    for post in (str(over.pk), str(city.posts["manager"].pk), "0", "x", "9" * 30):
        assert browser.post("/account/posts/switch/", {"post": post}).status_code == 403


def test_my_posts_with_their_dates(city: World) -> None:
    second_post(city, title="去年的岗位", ends_on=clock.today() - timedelta(days=1))
    shown = city.browser(WORKER).get("/account/posts/")
    assert [row["ended"] for row in shown.context["rows"]] == [True, False]
    assert "已结束" in shown.content.decode()
    assert "2024年1月1日" in shown.content.decode()


def test_the_post_that_acts_is_named_on_every_staff_page(city: World) -> None:
    shown = city.browser("manager").get("/account/posts/").content.decode()
    assert "以此岗位办理" in shown or 'class="post__name"' in shown
    assert city.organisations["city"].name in shown


# --- who looked --------------------------------------------------------------------------------------------


def looked(city: World, scope: str = HERE, purpose: str = "call_back") -> Any:
    """A look of the community's worker at an appellant."""
    actor = city.actors[f"community-{scope}"]
    case = city.report(scope).case
    with acting(actor):
        log_look(
            by=actor,
            purpose=purpose,
            what="name and phone of the person who reported",
            scope_code=scope,
            case_id=case.pk,
        )
    return case


def test_the_officer_sees_unit_purpose_time_and_never_the_appellant(city: World) -> None:
    case = looked(city)
    shown = city.browser("protection_officer").get("/account/looks/").content.decode()
    assert city.posts[WORKER].organisation.name in shown
    assert "回访" in shown
    assert "反映人姓名和电话" in shown
    for hidden in ("李示例", "15400000001", case.number, case.title, city.posts[WORKER].account.username):
        assert hidden not in shown.replace(city.posts[WORKER].organisation.name, "")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 3),
        ({"purpose": "handle_case"}, 1),
        ({"place": NEXT_DOOR}, 1),
        ({"place": "230103"}, 3),
        ({"place": "第001社区"}, 2),
        ({"place": "无此社区"}, 0),
    ],
)
def test_looks_by_place_and_purpose(city: World, query: dict[str, str], count: int) -> None:
    looked(city)
    looked(city, purpose="handle_case")
    looked(city, NEXT_DOOR)
    assert len(city.browser("protection_officer").get("/account/looks/", query).context["looks"]) == count


def test_looks_are_paged(city: World) -> None:
    post = city.posts[WORKER]
    AccessLog.objects.bulk_create(
        AccessLog(
            at=clock.now(),
            scope_code=HERE,
            organisation=post.organisation,
            post=post,
            purpose="call_back",
            what="x",
        )
        for _look in range(51)
    )
    browser = city.browser("protection_officer")
    first = browser.get("/account/looks/")
    second = browser.get("/account/looks/", {"cursor": first.context["page"].older})
    assert [len(first.context["looks"]), len(second.context["looks"])] == [50, 1]


@pytest.mark.parametrize("address", ["/account/looks/", "/account/audit/"])
@pytest.mark.parametrize("who", [WORKER, "manager", "bureau-1", "administrator", "security_officer"])
def test_other_posts_do_not_watch(city: World, who: str, address: str) -> None:
    assert city.browser(who).get(address).status_code == 403


def test_the_officer_reads_no_appeal(city: World) -> None:
    case = looked(city)
    browser = city.browser("protection_officer")
    for address in ("/appeals/desk/", f"/appeals/desk/{case.number}/", "/appeals/desk/dispatch/"):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert case.title not in answer.content.decode()


# --- audit -------------------------------------------------------------------------------------------------


def test_a_sound_chain_is_verified(city: World) -> None:
    looked(city)
    with acting(job()):
        audit.seal()
    browser = city.browser("protection_officer")
    assert HERE in browser.get("/account/audit/").content.decode()
    shown = browser.post("/account/audit/verify/", {"chain": HERE})
    assert shown.status_code == 200
    assert shown.context["result"]["findings"] == []


def test_a_changed_entry_is_found(city: World) -> None:
    looked(city)
    AuditEntry.objects.filter(chain=HERE, seq=1).update(body=b"changed")
    shown = city.browser("protection_officer").post("/account/audit/verify/", {"chain": HERE})
    assert [finding.seq for finding in shown.context["result"]["findings"]] == [1]
    assert "哈希不符" in shown.content.decode()


def test_a_cut_after_the_seal_is_found(city: World) -> None:
    looked(city)
    with acting(job()):
        audit.seal()
    last = AuditEntry.objects.filter(chain=HERE).order_by("-seq").first()
    assert last is not None
    with connection.cursor() as cursor:
        cursor.execute("delete from access_auditentry where id = %s", [last.pk])
        before = AuditEntry.objects.filter(chain=HERE).order_by("-seq").first()
        seq, digest = (before.seq, bytes(before.hash)) if before else (0, audit.GENESIS)
        cursor.execute(
            "update access_audithead set seq = %s, hash = %s where chain = %s", [seq, digest, HERE]
        )
    shown = city.browser("protection_officer").post("/account/audit/verify/", {"chain": HERE})
    assert len(shown.context["result"]["findings"]) == 1


def test_verifying_is_itself_audited_and_needs_a_chain(city: World) -> None:
    looked(city)
    browser = city.browser("protection_officer")
    browser.post("/account/audit/verify/", {"chain": HERE})
    assert b"access.verify" in bytes(AuditEntry.objects.filter(chain=HERE).order_by("-seq")[0].body)
    assert browser.post("/account/audit/verify/", {"chain": "nowhere"}).status_code == 404
