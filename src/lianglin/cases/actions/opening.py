"""Opening a case with its first clock and its receipt, and proving to hold one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from lianglin.access import transaction as access_transaction
from lianglin.access.actor import Actor
from lianglin.access.actor import resident as resident_actor
from lianglin.cases.actions.clocks import new_clock
from lianglin.cases.actions.steps import step_of, tell
from lianglin.cases.models import Case, Receipt
from lianglin.cases.queries import identity
from lianglin.kit import clock, discovery, throttle
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.ids import clean_case_number, new_case_number, new_secret
from lianglin.kit.writing import insert
from lianglin.places.models import Building, Community, Compound

CLAIM_TRIES, CLAIM_WINDOW = 8, timedelta(minutes=15)


@dataclass(frozen=True)
class Place:
    """Where a case lies. ``community`` carries the scope; the rest narrows it."""

    community: Community
    building: Building | None = None
    compound: Compound | None = None
    text: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class Opened:
    """A new case and the secret of its receipt (shown once, kept only as a digest)."""

    case: Case
    secret: str


def reserve_id() -> int:
    """The id of the case that comes next, so that row-level security can allow exactly that row."""
    return identity.next_id()


def open_case(
    *,
    kind: str,
    title: str,
    place: Place,
    by: Actor,
    case_id: int,
    urgent: bool = False,
    channel: str = "",
    origin: Case | None = None,
) -> Opened:
    """Opens a case in its lifecycle's first state, starts its first clock and issues a receipt.

    ``case_id`` comes from :func:`reserve_id`; a resident's actor must already hold it. Staff open cases in the
    area of their post only (Forbidden elsewhere). ``origin`` is the case that this one was split from.
    """
    if by.role == "staff" and not by.covers(place.community.scope_code):
        raise Forbidden(
            _(
                "This place is not in the area of your current post. Switch posts, or let the community there record it."
            )
        )
    lifecycle = discovery.lifecycles()[kind]
    now = clock.now()
    local = clock.local(now)
    secret = new_secret()
    case = Case(
        id=case_id,
        kind=kind,
        title=title,
        scope_code=place.community.scope_code,
        community=place.community,
        building=place.building,
        compound=place.compound,
        place_text=place.text,
        lon=place.lon,
        lat=place.lat,
        state=lifecycle.first,
        urgent=urgent,
        origin=origin,
        opened_at=now,
    )
    first = lifecycle.limits[0]
    started = new_clock(case, first.stage, None, now)
    case.due_at, case.due_provisional = started.due_at, started.provisional
    _save_with_a_free_number(case, lifecycle.prefix, local)
    insert(started)
    if by.role != "job":  # what the platform opens itself hangs on a matter that has a receipt
        digest = match_key(f"{case.number}:{secret}", "receipt")
        insert(Receipt(case=case, number=case.number, secret_digest=digest))
    insert(step_of(case, 1, "open", "", case.state, now, by, "", True, _given(channel, origin)))
    tell(case, "open", now, values={"title": title, "state": case.state})
    return Opened(case, secret)


def _given(channel: str, origin: Case | None) -> dict[str, str]:
    return {"channel": channel} | ({"origin": origin.number} if origin else {})


def _save_with_a_free_number(case: Case, prefix: str, local: datetime) -> None:
    for _attempt in range(5):
        case.number = new_case_number(prefix, local.year, local.month)
        if identity.insert_if_free(case):
            return
    raise Conflict(_("No free case number was found. Send the form again."))


def claim(*, number: str, secret: str, address: str) -> Actor:
    """The holder of a case, after number and secret fit; rate-limited by number and by address.

    Changes the running transaction to that resident. A wrong pair raises Refused and tells nothing more; the
    right one forgets the tries of that number, so that who looks often is not locked out.
    """
    wrong = _(
        "The number and the secret do not fit. Compare both with your receipt; after eight tries wait 15 minutes."
    )
    try:
        number = clean_case_number(number)
    except ValueError as error:
        raise Refused(
            _("One digit of the number is wrong. Compare it with the receipt."), field="number"
        ) from error
    throttle.hit("claim", number, limit=CLAIM_TRIES, window=CLAIM_WINDOW)
    if address:
        throttle.hit("claim-from", address, limit=CLAIM_TRIES * 10, window=CLAIM_WINDOW)
    case_id = identity.claimed(number, match_key(f"{number}:{secret.strip()}", "receipt"))
    if case_id is None:
        raise Refused(wrong, field="secret")
    throttle.clear("claim", number)
    holder = resident_actor(case_id)
    access_transaction.become(holder)
    return holder
