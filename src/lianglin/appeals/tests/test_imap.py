"""Mail from a real IMAP server: nothing is lost, nothing comes twice, whatever people and the server do meanwhile."""

from __future__ import annotations

import imaplib
import itertools
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from tests import dovecot
from tests.dovecot import Server
from tests.world import HERE

from lianglin.appeals import tasks
from lianglin.appeals.actions import mailboxes, mails
from lianglin.appeals.models import MailDraft
from lianglin.files.tests.samples import picture

from .scene import Town, build
from .test_mails import letter

pytestmark = [pytest.mark.imap, pytest.mark.rows("R049")]
_users = (f"office{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="lianglin-imap-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)  # the server's own users read their way in
        with dovecot.running(folder) as made:
            yield made


class Office:
    """An empty mailbox of its own at the server, set as the one that is fetched from; and a mail program beside it."""

    def __init__(self, server: Server) -> None:
        self.server, self.user = server, next(_users)
        self.link = server.link(self.user)

    def put(self, *raw: bytes, flags: str = "") -> None:
        for one in raw:
            self.link.append("INBOX", flags, "", one)

    def flags(self) -> list[bytes]:
        self.link.noop()
        _said, found = self.link.uid("fetch", "1:*", "(FLAGS)")
        return [one for one in found if isinstance(one, bytes)]


@pytest.fixture
def office(db: None, server: Server, settings: Any, tmp_path: Path, monkeypatch: Any) -> Iterator[Office]:
    monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
    made = Office(server)
    settings.DATA, settings.MAIL_PLACE, settings.MAIL_OWN = tmp_path, HERE, "office@example.org"
    settings.MAIL_INTAKE = server.address(made.user)
    yield made
    made.link.logout()


@pytest.fixture
def town(office: Office) -> Town:
    return build()


def fetch() -> int:
    return tasks.fetch_mail(0)


def subjects() -> list[str]:
    return [str(one.subject) for one in MailDraft._base_manager.order_by("id")]


def titled(number: int, **headers: str) -> bytes:
    return letter(number=number, Subject=f"路灯{number}", **headers).as_bytes()


def test_mails_become_drafts_once_and_are_marked_at_the_server(town: Town, office: Office) -> None:
    first = letter(number=1, Subject="路灯1")
    first.add_attachment(picture(), maintype="image", subtype="jpeg", filename="灯.jpg")
    office.put(first.as_bytes(), titled(2), titled(3, Auto_Submitted="auto-replied"))
    assert fetch() == 2
    assert subjects() == ["路灯1", "路灯2"]
    assert MailDraft._base_manager.order_by("id")[0].files == 1
    assert all(b"LianglinTaken" in one for one in office.flags())
    assert fetch() == 0


def test_a_mail_that_somebody_has_read_before_is_taken_all_the_same(town: Town, office: Office) -> None:
    office.put(titled(1), flags=r"(\Seen)")
    assert fetch() == 1
    office.put(titled(2))
    assert fetch() == 1


def test_old_mails_that_were_read_long_ago_are_left_where_they_are(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    old = imaplib.Time2Internaldate(1_600_000_000.0)
    office.link.append("INBOX", r"(\Seen)", old, titled(1))
    office.link.append("INBOX", "", old, titled(2))
    assert fetch() == 1
    assert subjects() == ["路灯2"], "what nobody has read is taken, however old"


def test_the_same_message_id_never_comes_twice(town: Town, office: Office) -> None:
    office.put(titled(1), titled(1))
    assert fetch() == 1
    office.put(titled(1))
    assert (fetch(), fetch()) == (0, 0)
    assert MailDraft._base_manager.count() == 1


def test_a_mail_that_is_moved_away_while_it_is_fetched_is_theirs(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    office.put(titled(1), titled(2))
    whole = mailboxes.Imap.new

    def moving(box: mailboxes.Imap, limit: int) -> Iterator[tuple[str, bytes]]:
        for key, raw in whole(box, limit):
            yield key, raw
            office.link.store("2", "+FLAGS", r"(\Deleted)")
            office.link.expunge()

    monkeypatch.setattr(mailboxes.Imap, "new", moving)
    assert fetch() == 1
    assert subjects() == ["路灯1"]


def test_a_mail_that_is_moved_in_comes_by_another_number_and_once(town: Town, office: Office) -> None:
    office.link.create("Old")
    office.put(titled(1))
    assert fetch() == 1
    office.link.copy("1", "Old")
    office.link.select("Old")
    office.link.store("1", "-FLAGS", "(LianglinTaken)")
    office.link.copy("1", "INBOX")
    office.link.select("INBOX")
    assert fetch() == 0
    assert MailDraft._base_manager.count() == 1


def test_a_malformed_mail_is_a_draft_and_keeps_back_nothing(town: Town, office: Office) -> None:
    broken = (
        b"From: =?utf-8?B?////?= <<>>,,;\r\nSubject: =?x?q?\xff\xfe?=\r\nDate: yesterday\r\n"
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n\xb5\xc6\xbb\xb5\xc1\xcb"
    )
    office.put(broken, b"\xff\xfe\x00 no header at all", titled(3))
    fetch()
    assert "路灯3" in subjects()
    assert MailDraft._base_manager.count() == 3, "what a person may have written is looked at by a person"
    assert fetch() == 0


def test_a_huge_mail_is_cut_and_what_was_cut_off_is_counted(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    monkeypatch.setattr(mailboxes, "LARGEST", 60_000)
    huge = letter(number=1, Subject="路灯1")
    huge.add_attachment(picture(), maintype="image", subtype="jpeg", filename="小.jpg")
    huge.add_attachment(b"x" * 400_000, maintype="application", subtype="pdf", filename="大.pdf")
    office.put(huge.as_bytes(), titled(2))
    assert fetch() == 2
    draft = MailDraft._base_manager.order_by("id")[0]
    assert "路灯坏了三天" in str(draft.text)
    assert (draft.files, draft.left_out) == (1, 1)


def test_a_server_that_goes_away_loses_nothing_and_brings_nothing_twice(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    office.put(*(titled(number) for number in range(1, 6)))
    taken = mailboxes.Imap.taken
    calls = itertools.count(1)

    def cut(box: mailboxes.Imap, key: str) -> None:
        if next(calls) == 3:
            box._link.sock.shutdown(socket.SHUT_RDWR)  # the third is committed here, and not marked there
        taken(box, key)

    monkeypatch.setattr(mailboxes.Imap, "taken", cut)
    assert fetch() == 3
    assert fetch() == 2
    assert subjects() == [f"路灯{number}" for number in range(1, 6)]
    assert fetch() == 0


def test_what_cannot_be_written_stays_at_the_server_and_keeps_back_nothing(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    office.put(titled(1), titled(2))
    keep, broken = mails.keep, [True]

    def failing(mail: Any, **given: Any) -> Any:
        if broken and mail.subject == "路灯1":
            raise DatabaseError("the disk is full")
        return keep(mail, **given)

    monkeypatch.setattr(mails, "keep", failing)
    assert fetch() == 1
    broken.clear()
    assert fetch() == 1
    assert subjects() == ["路灯2", "路灯1"]


def test_a_wrong_login_an_absent_folder_and_a_server_that_is_away_are_tried_again_later(
    town: Town, office: Office, settings: Any
) -> None:
    office.put(titled(1))
    good = settings.MAIL_INTAKE
    for wrong in (
        office.server.address(office.user, password=f"not {office.user}"),
        office.server.address(office.user, folder="Nowhere"),
        "imaps://a:b@localhost:1/",
    ):
        settings.MAIL_INTAKE = wrong
        assert fetch() == 0
    settings.MAIL_INTAKE = good
    assert fetch() == 1


def test_a_certificate_that_nobody_vouches_for_is_not_spoken_to(
    town: Town, office: Office, monkeypatch: Any
) -> None:
    office.put(titled(1))
    monkeypatch.delenv("SSL_CERT_FILE")
    assert fetch() == 0
    assert not MailDraft._base_manager.exists()


def test_no_session_is_left_open_at_the_server(town: Town, office: Office, monkeypatch: Any) -> None:
    links: list[imaplib.IMAP4_SSL] = []
    closed = mailboxes.Imap.close

    def closing(box: mailboxes.Imap) -> None:
        links.append(box._link)
        closed(box)

    monkeypatch.setattr(mailboxes.Imap, "close", closing)
    fetch()
    assert [link.state for link in links] == ["LOGOUT"]
