"""What the rows of a list of logins say and what is wrong with them: codes with words. No Django but its lazy texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from lianglin.kit.spreadsheet import meant
from lianglin.kit.tables import AS_NUMBER, CELL

COLUMNS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "account": (_("login name"), ("登录名", "账号", "帐号", "用户名", "loginname", "account", "username", "login")),
    "subject": (
        _("name at the city's login"),
        ("统一身份认证账号", "统一登录标识", "统一认证标识", "统一登录名", "统一认证账号", "标识", "nameatthecityslogin", "subject", "sub"),
    ),
}  # fmt: skip
"""Field -> its label and the headings by which it is recognised."""
_TEXT = _("Format the column as text, then type or paste the values anew.")
MESSAGES: dict[str, tuple[Any, Any]] = {
    "account_missing": (_("the login name is missing"), _("Fill it in, or take the row out.")),
    "account_unknown": (
        _("there is no account with this login name"),
        _("Compare it letter by letter; Excel drops zeros before a number."),
    ),
    "account_closed": (_("this account is closed"), _("Take the row out.")),
    "account_own": (_("nobody declares the own login"), _("Take the row out; another administrator proposes it.")),
    "account_twice": (_("this account stands in the list twice"), _("Leave the row that is right.")),
    "account_as_number": (_("Excel has kept it as a number and lost its last digits"), _TEXT),
    "subject_missing": (_("the name at the city's login is missing"), _("Fill it in, or take the row out.")),
    "subject_long": (
        _("the name at the city's login is too long for a list"),
        _("Declare this one on the account's page."),
    ),
    "subject_as_number": (_("Excel has kept it as a number and lost its last digits"), _TEXT),
    "subject_twice": (_("this name at the city's login stands in the list twice"), _("Leave the row that is right.")),
    "subject_taken": (
        _("this name at the city's login is declared for another account"),
        _("Find out whose it is; close or change that one first."),
    ),
}  # fmt: skip


class Finding(NamedTuple):
    """What is wrong in a row of the file (the heading is row 1)."""

    row: int
    field: str
    code: str


class Declared(NamedTuple):
    """A row that is sound by itself."""

    row: int
    account: str
    subject: str


def columns_of(heading: Sequence[str]) -> dict[str, int]:
    """Field -> number of the column whose heading names it. A heading in both languages is known by either."""
    found: dict[str, int] = {}
    for at, cell in enumerate(heading):
        words = {
            re.sub(r"[\W_]", "", part).lower() for part in (cell, *re.split(r"[\s/（(]+", cell, maxsplit=1))
        }
        for field, (_label, known) in COLUMNS.items():
            if field not in found and words & set(known):
                found[field] = at
                break
    return found


def read(
    rows: Iterable[tuple[int, Sequence[str]]], at: Mapping[str, int]
) -> tuple[list[Declared], list[Finding]]:
    """The sound rows (row number, cells) and what is wrong with the others, also among each other."""
    sound: list[Declared] = []
    wrong: list[Finding] = []
    accounts: set[str] = set()
    subjects: set[str] = set()
    for number, cells in rows:
        account, subject = (
            meant(cells[at[field]] if at[field] < len(cells) else "").strip()
            for field in ("account", "subject")
        )
        faults = [*_fault("account", account, accounts), *_fault("subject", subject, subjects)]
        wrong += [Finding(number, field, f"{field}_{what}") for field, what in faults]
        accounts.add(account)
        subjects.add(subject)
        if not faults:
            sound.append(Declared(number, account, subject))
    return sound, wrong


def _fault(field: str, text: str, before: set[str]) -> list[tuple[str, str]]:
    if not text:
        return [(field, "missing")]
    if text == AS_NUMBER:
        return [(field, "as_number")]
    if field == "subject" and len(text) >= CELL:  # the reader cuts cells, and a cut name is another one
        return [(field, "long")]
    return [(field, "twice")] if text in before else []
