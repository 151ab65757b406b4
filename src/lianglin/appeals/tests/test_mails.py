"""Mail to the office: kept once as a draft, loops and automatic mails left, recorded by a person with its papers."""

from __future__ import annotations

import mailbox
import uuid
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from tests.world import HERE

from lianglin.access.actor import job, public
from lianglin.access.transaction import acting
from lianglin.appeals.actions import mails
from lianglin.appeals.actions.mailboxes import Folder
from lianglin.appeals.models import Appeal, MailDraft
from lianglin.appeals.rules import mail as rules
from lianglin.appeals.tests.scene import Town, build
from lianglin.cases.models import Case
from lianglin.files.models import Attachment
from lianglin.files.tests.samples import picture

pytestmark = pytest.mark.rows("R049")
TEXT = "你好：\n小区北门的路灯坏了三天，晚上看不见。\n\n> 之前的来信\n"


def letter(text: str = TEXT, number: int = 1, **headers: str) -> EmailMessage:
    made = EmailMessage()
    given = {
        "From": "赵示例 <zhao@example.org>", "To": "office@example.org", "Subject": "路灯不亮",
        "Message-ID": f"<{number}@example.org>", "Date": "Fri, 27 Nov 2026 09:30:00 +0800",
    } | {name.replace("_", "-"): value for name, value in headers.items()}  # fmt: skip
    for name, value in given.items():
        made[name] = value
    made.set_content(text)
    return made


def test_what_a_person_wrote_without_what_is_quoted() -> None:
    found = rules.read(letter().as_bytes())
    assert found is not None
    assert (found.name, found.address, found.subject) == ("赵示例", "zhao@example.org", "路灯不亮")
    assert found.text == "你好：\n小区北门的路灯坏了三天，晚上看不见。"


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"List_Id": "<news.example.org>"},
        {"From": "MAILER-DAEMON@example.org"},
        {"From": "no-reply@example.org"},
        {"From": "office@example.org"},
        {"Return_Path": "<>"},
        {"X_Auto_Response_Suppress": "All"},
    ],
)
def test_loops_and_automatic_mails_are_left(headers: dict[str, str]) -> None:
    assert rules.read(letter(**headers).as_bytes(), own="office@example.org") is None


def test_a_mail_of_garbage_breaks_nothing() -> None:
    for raw in (
        b"",
        b"\xff\xfe",
        b"From: x\n\n\xff",
        letter().as_bytes()[:90],
        b"From: a@b.c\nContent-Type: text/plain; charset=nix\n\n\xb9",
    ):
        rules.read(raw)


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path) -> Town:
    settings.DATA = tmp_path
    return build()


def fetched(path: Path) -> int:
    def kept(mail: rules.Mail) -> bool:
        with acting(job()) as by:
            return mails.keep(mail, by=by, scope_code=HERE) is not None

    return mails.fetch(Folder(path), kept=kept, own="office@example.org")


@pytest.mark.django_db
def test_a_mail_is_kept_once_and_recorded_with_its_papers(town: Town, tmp_path: Path) -> None:
    box = mailbox.Maildir(tmp_path / "mail", create=True)
    first = letter()
    first.add_attachment(picture(), maintype="image", subtype="jpeg", filename="灯.jpg")
    first.add_attachment(b"MZ\x90", maintype="application", subtype="octet-stream", filename="x.exe")
    box.add(first)
    box.add(letter(number=2, Auto_Submitted="auto-replied"))
    assert fetched(tmp_path / "mail") == 1
    box.add(letter())  # the same Message-ID once more
    assert fetched(tmp_path / "mail") == 0
    draft = MailDraft._base_manager.get()
    assert (draft.files, draft.left_out, draft.state) == (1, 1, "waiting")
    with connection.cursor() as cursor:
        cursor.execute("select text from appeals_maildraft")
        assert "路灯".encode() not in bytes(cursor.fetchone()[0])
    browser = town.client("worker")
    assert "路灯不亮" in browser.get("/appeals/mails/").content.decode()
    assert "晚上看不见" in browser.get(f"/appeals/mails/{draft.pk}/").content.decode()
    form = browser.get(f"/appeals/desk/record/?mail={draft.pk}").content.decode()
    assert "zhao@example.org" in form
    sent = {"once": str(uuid.uuid4()), "channel": "email", "text": "小区北门的路灯坏了三天", "mail": draft.pk}
    assert browser.post("/appeals/desk/record/", sent).status_code == 303
    draft.refresh_from_db()
    case = Case._base_manager.get()
    assert (draft.state, draft.case, draft.text) == ("recorded", case, None)
    assert Appeal._base_manager.get().channel == "email"
    assert Attachment._base_manager.get().case_id == case.pk
    again = browser.post("/appeals/desk/record/", sent | {"once": str(uuid.uuid4())})
    assert again.status_code == 409
    assert Case._base_manager.count() == 1


@pytest.mark.django_db
def test_only_the_office_of_the_place_reads_and_drops_it(town: Town, tmp_path: Path) -> None:
    mailbox.Maildir(tmp_path / "mail", create=True).add(letter())
    fetched(tmp_path / "mail")
    draft = MailDraft._base_manager.get()
    for actor in (public(), town.actor("unit")):
        with acting(actor), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("select count(*) from appeals_maildraft")
    for who in ("neighbour", "other_street"):
        assert town.client(who).get(f"/appeals/mails/{draft.pk}/").status_code == 404
    assert town.client("worker").post(f"/appeals/mails/{draft.pk}/drop/").status_code == 303
    draft.refresh_from_db()
    assert (draft.state, draft.text) == ("dropped", None)
