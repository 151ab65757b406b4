"""A person was right: the column is corrected, and what stood there is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.kit import clock
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.ids import clean_id_number, clean_phone
from lianglin.people.actions.names import write_keys
from lianglin.people.models import FormerValue, Resident
from lianglin.people.queries.correcting import COLUMNS
from lianglin.people.rules import names

MATCHED = {"id_number": "id_match", "phone": "phone_match"}
"""Column -> the match key that goes with it."""


def check(code: str, value: str) -> str:
    """The value as the column keeps it; Refused says what is wrong with it."""
    text = " ".join(value.split())
    match code:
        case "name" if text and len(text) <= 60 and not names.private(text):
            return text
        case "name":
            raise Refused(
                _("Write the name as it stands on the ID card, at most 60 characters."), field="value"
            )
        case "sex" if text in Resident.Sex.values:
            return text
        case "born_on":
            return _day(text)
        case "phone" | "id_number":
            return _number(code, text)
    raise Refused(_("Choose one of the listed answers."), field="value")


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not date(1880, 1, 1) <= day <= clock.today():
        raise Refused(
            _("Write the day of birth like 1957-03-09; it cannot lie in the future."), field="value"
        )
    return day.isoformat()


def _number(code: str, text: str) -> str:
    try:
        return clean_phone(text) if code == "phone" else clean_id_number(text, today=clock.today())
    except ValueError:
        pass
    said = {
        "phone": _("This is no phone number: a mobile has eleven digits, a fixed line needs its area code."),
        "id_number": _(
            "This is no ID number: it has 18 characters, and the last one must fit. Compare it with the card."
        ),
    }
    raise Refused(said[code], field="value")


def correct(resident_id: int, code: str, value: str, case_id: int | None, by: Actor) -> None:
    """Writes the right value; the former one stays readable for the person and the community (FormerValue).

    Runs as the background role for whoever decided. Match keys and search keys follow.
    """
    by.require("system")
    if code not in COLUMNS:
        raise Refused(_("Choose one of the listed answers."), field="datum")
    value = check(code, value)
    with together():
        people = Resident.objects.visible_to(by, purpose="system").select_for_update()
        person = people.filter(pk=resident_id).first()
        if person is None:
            raise Forbidden(_("There is no such file in the area of your post."))
        before: Any = getattr(person, code)
        FormerValue(
            scope_code=person.scope_code,
            resident=person,
            column=code,
            value=None if before is None else str(before),
            until_at=clock.now(),
            case_id=case_id,
        ).save(force_insert=True)
        setattr(person, code, date.fromisoformat(value) if code == "born_on" else value)
        changed = [code]
        if code in MATCHED:
            setattr(person, MATCHED[code], match_key(value, code))
            changed.append(MATCHED[code])
        person.save(update_fields=changed)
        if code == "name":
            write_keys([person], by=by)
        audit.record(
            "people.correct",
            "people.Resident",
            resident_id,
            scope_code=person.scope_code,
            values={"column": code, "case": case_id},
        )
