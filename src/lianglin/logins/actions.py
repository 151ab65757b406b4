"""A resident logs in: number, code, and (where several share the number) who it is; and out again.

Between the steps the session holds keyed digests only, and opens nothing. Everything here counts the system's
time, not the demo's: a code does not grow old because the tour was advanced.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from lianglin.access import audit, login_list
from lianglin.access import queries as access
from lianglin.access.actor import Actor, job
from lianglin.access.models import LoginSession
from lianglin.access.second_factor import LOGIN_ROLE, system_now
from lianglin.access.transaction import acting
from lianglin.kit import messages, throttle
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Forbidden, Refused
from lianglin.kit.ids import clean_phone
from lianglin.logins import queries, rules
from lianglin.logins.rules import Person
from lianglin.people.rules import mask_phone

PENDING = "phone_login"
"""Session key between number and login: {"id", "phone", "shown", "digest", "until", "proved"}; it opens nothing."""
LASTS = timedelta(hours=12)


def is_open() -> bool:
    """Whether codes can be sent at all: a city without a text-message gateway keeps number and secret alone."""
    return bool(settings.DEMO or settings.SMS_URL)


def send_code(*, request: HttpRequest, phone: str) -> None:
    """Sends six digits to a number, whether we know it or not: the answer tells nobody who lives here.

    Refused for a number that takes no text messages; TooMany when number or address had too many codes.
    """
    if not is_open():
        raise Refused(
            _("This city sends no text messages yet. Use the number and query code of your receipt.")
        )
    phone = _mobile(phone)
    _count(phone, throttle.client_address(request))
    code, number = rules.new_code(), secrets.token_hex(16)
    request.session[PENDING] = {
        "id": number,
        "phone": match_key(phone, "phone").hex(),
        "shown": mask_phone(phone),
        "digest": _digest(number, code),
        "until": (system_now() + rules.VALID_FOR).isoformat(),
        "proved": False,
        **({"demo_code": code} if settings.DEMO else {}),
    }
    message = messages.Message(
        code="logins.code", channel="sms", scope_code="", address=phone, language=get_language() or "zh-hans",
        context={"code": code, "minutes": int(rules.VALID_FOR.total_seconds() // 60)},
    )  # fmt: skip
    with acting(job()):
        messages.send(message)


def _mobile(text: str) -> str:
    try:
        phone = clean_phone(text)
    except ValueError:
        phone = ""
    if not rules.is_mobile(phone):
        raise Refused(
            _("Write a mobile number of 11 digits; the code comes as a text message."), field="phone"
        )
    return phone


def _count(phone: str, address: str) -> None:
    throttle.hit("phone-code", f"{phone}\0{address}", limit=rules.CODES_HERE, window=rules.HOUR)
    throttle.hit("phone-code-any", phone, limit=rules.CODES_ANYWHERE, window=rules.HOUR)
    if address:
        throttle.hit("phone-code-from", address, limit=rules.CODES_FROM, window=rules.HOUR)


def _digest(number: str, code: str) -> str:
    return match_key(f"{number}\0{code}", "phone-code").hex()


def pending(request: HttpRequest) -> dict[str, Any] | None:
    """The login that was begun in this browser and has not run out; None otherwise."""
    held = request.session.get(PENDING)
    return held if held and held["until"] > system_now().isoformat() else None


def _must_be_pending(request: HttpRequest) -> dict[str, Any]:
    held = pending(request)
    if held is None:
        raise Forbidden(_("The code has run out. Ask for a new one."))
    return held


def enter_code(*, request: HttpRequest, code: str) -> list[Person]:
    """The right code proves the number; exactly one resident with it is logged in. Returns who has the number.

    Refused for a wrong code, TooMany after five of them: counted outside the request, which a refusal rolls back.
    """
    held = _must_be_pending(request)
    throttle.hit("phone-code-try", held["id"], limit=rules.TRIES, window=rules.HOUR)
    if held["proved"] or not compare_digest(held["digest"], _digest(held["id"], rules.plain_code(code))):
        raise Refused(
            _("This code is not the one we sent. Check it; after five tries ask for a new one."), field="code"
        )
    people = queries.people_with(bytes.fromhex(held["phone"]))
    if only := rules.meant(people):
        _let_in(request, only)
    elif people:
        until = (system_now() + rules.VALID_FOR).isoformat()
        request.session[PENDING] = {**held, "proved": True, "digest": "", "demo_code": "", "until": until}
    else:
        request.session.pop(PENDING, None)
    return people


def say_who(*, request: HttpRequest, year: int, name: str = "") -> None:
    """Several share the number: logs in the one who was born in that year, and of that name where two were.

    Refused on the field ``name`` when it is needed, too, and when nobody fits. Five tries, as with the code.
    """
    held = _must_be_pending(request)
    if not held["proved"]:
        raise Forbidden(_("Write the code first."))
    throttle.hit("phone-code-who", held["id"], limit=rules.TRIES, window=rules.HOUR)
    people = queries.people_with(bytes.fromhex(held["phone"]))
    person = rules.meant(people, year=year, name=name)
    if person is not None:
        _let_in(request, person)
    elif rules.needs_name(people, year) and not name.strip():
        raise Refused(
            _("Two people with this number were born in this year. Write your full name, too."), field="name"
        )
    else:
        raise Refused(_("Nobody with this number fits. Check it, or ask at the desk of your community."))


def _let_in(request: HttpRequest, person: Person) -> None:
    """Starts the resident's session under a new id; what was being reported in this browser goes on."""
    with acting(LOGIN_ROLE):
        request.session.cycle_key()
        login_list.begin(request=request, how=LoginSession.How.PHONE, resident_id=person.id)
    for name in (PENDING, access.HELD_CASE_KEY):
        request.session.pop(name, None)
    request.session[access.RESIDENT_KEY] = {"id": person.id, "until": (system_now() + LASTS).isoformat()}
    audit.record("logins.resident", "people.Resident", person.id, scope_code=person.scope_code)


def log_out(*, request: HttpRequest, by: Actor) -> None:
    """Ends the resident's session and forgets everything this browser held."""
    if by.resident_id is not None:
        audit.record("logins.out", "people.Resident", by.resident_id)
    with acting(LOGIN_ROLE):
        logout(request)
