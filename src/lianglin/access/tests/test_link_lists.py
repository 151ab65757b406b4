"""A list of logins at the city's provider: whole or not at all, by two people, and the same list does its work once."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from tests import watch, world
from tests.world import HERE, NEXT_DOOR, World

from lianglin.access.models import Account, AuditEntry, LinkList, LinkRow, OutsideIdentity
from lianglin.access.outside import list_rules, lists
from lianglin.access.outside import provider as ours
from lianglin.access.transaction import acting
from lianglin.kit import tables
from lianglin.kit.errors import Conflict, Forbidden, Refused

WORKER, OTHER = f"community-{HERE}", f"community-{NEXT_DOOR}"
ADMIN, SECURITY = "administrator", "security_officer"
PAGE = "/account/logins/"


@pytest.fixture
def city(db: None, settings: Any) -> Iterator[World]:
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = (
        "https://id.example",
        "us",
        "x",
    )
    ours.forget()
    watch.forget_tries()
    yield world.build()
    ours.forget()


def name_of(city: World, code: str) -> str:
    return Account.objects.get(pk=city.posts[code].account_id).username


def file_of(*rows: tuple[str, str], heading: str = "登录名,统一身份认证账号") -> io.BytesIO:
    return io.BytesIO("\n".join([heading, *(",".join(row) for row in rows)]).encode("utf-8-sig"))


def both(city: World) -> tuple[tuple[str, str], ...]:
    return ((name_of(city, WORKER), "w-7"), (name_of(city, OTHER), "w-8"))


def look(city: World, *rows: tuple[str, str], code: str = ADMIN) -> lists.Looked:
    with acting(city.actors[code]) as by:
        return lists.look_through(file=file_of(*rows), name="a.csv", by=by)


def propose(city: World, *rows: tuple[str, str]) -> LinkList:
    with acting(city.actors[ADMIN]) as by:
        looked = lists.look_through(file=file_of(*rows), name="a.csv", by=by)
        return lists.propose(looked=looked, name="a.csv", reason="名单7", by=by)


def decide(city: World, made: LinkList, *, approve: bool = True, code: str = SECURITY) -> int:
    with acting(city.actors[code]) as by:
        return lists.decide(list_id=made.pk, approve=approve, note="", by=by)


def held() -> set[tuple[int, str]]:
    return set(OutsideIdentity.objects.values_list("account_id", "subject"))


def test_two_people_declare_a_list_on_their_pages(city: World) -> None:
    boss, second = city.browser(ADMIN), city.browser(SECURITY)
    upload = SimpleUploadedFile("名单.csv", file_of(*both(city)).getvalue())
    answer = boss.post(PAGE, {"file": upload, "reason": "名单7"})
    assert answer.status_code == 303
    page = answer["Location"]
    assert held() == set()
    assert boss.post(page, {"do": "approve"}).status_code in (200, 403)  # who proposed it does not decide
    assert held() == set()
    assert "名单.csv" in second.get("/account/changes/").content.decode()
    assert "w-7" in second.get(page).content.decode()
    assert second.post(page, {"do": "approve", "note": "核对无误"}).status_code == 303
    assert held() == {(city.posts[WORKER].account_id, "w-7"), (city.posts[OTHER].account_id, "w-8")}
    link = OutsideIdentity.objects.get(subject="w-7")
    assert (link.issuer, link.claim) == ("https://id.example", "sub")
    assert "核对无误" in boss.get(page).content.decode()
    noted = [json.loads(bytes(entry.body))["verb"] for entry in AuditEntry.objects.order_by("id")]
    assert [verb for verb in noted if "links" in verb] == ["access.propose_links", "access.links_approved"]


def test_one_wrong_row_proposes_nothing_and_every_wrong_row_is_named(city: World) -> None:
    worker, other = name_of(city, WORKER), name_of(city, OTHER)
    Account.objects.filter(username=other).update(is_active=False)
    rows = [
        (worker, "w-7"),
        ("nobody", "w-9"),
        (other, "w-8"),
        (name_of(city, ADMIN), "w-1"),
        (worker, "w-7"),
        ("", "x"),
        ("y", ""),
    ]
    looked = look(city, *rows)
    assert looked.wrong == [
        (3, "account", "account_unknown"), (4, "account", "account_closed"), (5, "account", "account_own"),
        (6, "account", "account_twice"), (6, "subject", "subject_twice"), (7, "account", "account_missing"),
        (8, "subject", "subject_missing"),
    ]  # fmt: skip
    upload = SimpleUploadedFile("a.csv", file_of(*rows).getvalue())
    answer = city.browser(ADMIN).post(PAGE, {"file": upload, "reason": "x"})
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "没有使用该登录名的账号" in said
    assert "发现7处问题" in said
    assert not LinkList.objects.exists()


def test_a_subject_of_another_account_is_taken(city: World) -> None:
    decide(city, propose(city, (name_of(city, WORKER), "w-7")))
    assert look(city, (name_of(city, OTHER), "w-7")).wrong == [(2, "subject", "subject_taken")]


def test_the_same_list_again_does_nothing(city: World) -> None:
    made = propose(city, *both(city))
    with watch.refused(Conflict):
        propose(city, *reversed(both(city)))  # waits already, in whatever order
    assert decide(city, made) == 2
    before = held()
    with watch.refused(Refused):
        propose(city, *both(city))
    looked = look(city, *both(city), (name_of(city, SECURITY), "w-9"))
    assert (len(looked.pairs), looked.same) == (1, 2)
    assert held() == before


def test_a_new_subject_replaces_the_one_an_account_had(city: World) -> None:
    decide(city, propose(city, (name_of(city, WORKER), "w-7")))
    decide(city, propose(city, (name_of(city, WORKER), "w-70")))
    assert held() == {(city.posts[WORKER].account_id, "w-70")}


def test_what_fits_no_more_at_the_approval_declares_nothing(city: World) -> None:
    made = propose(city, *both(city))
    Account.objects.filter(username=name_of(city, OTHER)).update(is_active=False)
    with watch.refused(Refused):
        decide(city, made)
    assert held() == set()
    Account.objects.filter(username=name_of(city, OTHER)).update(is_active=True)
    OutsideIdentity.objects.create(
        account_id=city.posts[ADMIN].account_id, issuer=made.issuer, claim=made.claim, subject="w-8", linked_at=made.proposed_at
    )  # fmt: skip
    with watch.refused(Refused):
        decide(city, made)
    assert held() == {(city.posts[ADMIN].account_id, "w-8")}
    made.refresh_from_db()
    assert made.state == "waiting"
    assert decide(city, made, approve=False) == 0


def test_nobody_decides_a_list_with_the_own_account(city: World) -> None:
    made = propose(city, (name_of(city, SECURITY), "s-1"))
    with watch.refused(Forbidden):
        decide(city, made)
    page = city.browser(SECURITY).get(f"{PAGE}{made.pk}/").content.decode()
    assert 'value="approve"' not in page


def test_who_proposed_takes_it_back_and_others_do_not(city: World) -> None:
    made = propose(city, *both(city))
    with acting(city.actors[ADMIN]) as by:
        lists.withdraw(list_id=made.pk, by=by)
    with watch.refused(Conflict):
        decide(city, made)
    propose(city, *both(city))  # may be brought anew


def test_a_worker_sees_and_brings_none(city: World) -> None:
    made, browser = propose(city, *both(city)), city.browser(WORKER)
    for path in (PAGE, f"{PAGE}{made.pk}/", f"{PAGE}template/"):
        assert browser.get(path).status_code == 403
    upload = SimpleUploadedFile("a.csv", file_of(*both(city)).getvalue())
    assert city.browser(SECURITY).post(PAGE, {"file": upload, "reason": "x"}).status_code == 403


@pytest.mark.parametrize(
    "sql",
    [
        "update access_linklist set state = 'approved'",
        "update access_linkrow set subject = 'x'",
        "delete from access_linkrow",
        "insert into access_outsideidentity (account_id, issuer, claim, subject, linked_at) values (1, 'x', 'x', 'x', now())",
    ],
)
@pytest.mark.parametrize("code", [ADMIN, SECURITY])
def test_no_office_writes_past_the_approval(city: World, code: str, sql: str) -> None:
    propose(city, *both(city))
    with (
        acting(city.actors[code]),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_postgresql_holds_the_two_people_and_the_own_account(city: World) -> None:
    made = propose(city, *both(city))
    with pytest.raises(IntegrityError), transaction.atomic():
        LinkList.objects.filter(pk=made.pk).update(decided_by=made.proposed_by_id, state="approved")
    row = LinkRow.objects.filter(list=made)[0]
    row.account_id = city.posts[SECURITY].account_id
    row.save()
    with (
        acting(city.actors[SECURITY]),
        pytest.raises(DatabaseError, match="own login"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select access_decide_links(%s, 'approved', '')", [made.pk])
    with (
        acting(city.actors[ADMIN]),
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("select access_decide_links(%s, 'approved', '')", [made.pk])


def test_too_long_a_list_and_no_list_are_refused(city: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST", 1)
    with watch.refused(Refused, field="file"):
        look(city, *both(city))
    for heading in ("a,b", "登录名,登录名"):
        with acting(city.actors[ADMIN]) as by, watch.refused(Refused, field="file"):
            lists.look_through(file=file_of(("a", "b"), heading=heading), name="a.csv", by=by)


def test_the_template_is_read_back_in_either_language(city: World) -> None:
    answer = city.browser(ADMIN).get(f"{PAGE}template/")
    book = load_workbook(io.BytesIO(answer.content))
    heading = [cell.value for cell in book.active[1]]  # pyright: ignore[reportOptionalSubscript]
    assert list_rules.columns_of(heading) == {"account": 0, "subject": 1}
    assert list_rules.columns_of(["name at the city's login", "login name"]) == {"account": 1, "subject": 0}
    filled, out = Workbook(), io.BytesIO()
    for row in (heading, [name_of(city, WORKER), "007"]):
        filled.active.append(row)  # pyright: ignore[reportOptionalMemberAccess]
    filled.save(out)
    out.seek(0)
    with acting(city.actors[ADMIN]) as by:
        looked = lists.look_through(file=out, name="a.xlsx", by=by)
    assert looked.pairs == [(city.posts[WORKER].account_id, "007")]


def test_a_city_without_a_provider_takes_no_list(city: World, settings: Any) -> None:
    settings.OIDC_ISSUER = ""
    with watch.refused(Refused):
        look(city, *both(city))
    page = city.browser(ADMIN).get(PAGE)
    assert (page.status_code, 'type="file"' in page.content.decode()) == (200, False)
    assert city.browser(ADMIN).get(f"{PAGE}template/").status_code == 404


def test_a_page_of_a_long_list_asks_as_often_as_that_of_a_short_one(city: World) -> None:
    short, asked = propose(city, both(city)[0]), []
    long = propose(city, *both(city))
    for made in (short, long):
        browser = city.browser(SECURITY)
        browser.get(PAGE)
        with CaptureQueriesContext(connection) as seen:
            browser.get(f"{PAGE}{made.pk}/")
        asked.append(len(seen))
    assert asked[0] == asked[1]


# --- the rules alone ---------------------------------------------------------------------------------------

cell = st.one_of(st.text(max_size=8), st.sampled_from(["a", "b", "", tables.AS_NUMBER, "x" * tables.CELL]))


@given(rows=st.lists(st.lists(cell, max_size=3), max_size=12))
@hypothesis_settings(deadline=None)
def test_a_row_is_declared_or_named_as_wrong_and_nobody_twice(rows: list[list[str]]) -> None:
    sound, wrong = list_rules.read(enumerate(rows, start=2), {"account": 0, "subject": 1})
    assert {one.row for one in sound} | {one.row for one in wrong} == set(range(2, len(rows) + 2))
    assert not {one.row for one in sound} & {one.row for one in wrong}
    for field in ("account", "subject"):
        values = [getattr(one, field) for one in sound]
        assert len(set(values)) == len(values)
        assert all(value and value != tables.AS_NUMBER for value in values)
    assert all(one.code in list_rules.MESSAGES for one in wrong)
