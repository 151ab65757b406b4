"""What became of a message in plain words: what it was, why it did not arrive, and what can be done."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from lianglin.kit import discovery
from lianglin.kit.guards import Text
from lianglin.notices.delivery.models import Delivery

State = Delivery.State
TONES = {
    State.WAITING: "warn",
    State.HELD: "waiting",
    State.JOINED: "active",
    State.UNWANTED: "active",
    State.SENT: "active",
    State.DELIVERED: "good",
    State.FAILED: "bad",
    State.REFUSED: "bad",
    State.TO_PRINT: "new",
    State.PRINTED: "waiting",
    State.HANDED_OVER: "good",
}


@dataclass(frozen=True)
class Reason:
    """Why a message did not arrive, and what to do."""

    why: Text
    do: Text
    machine: bool = False
    """The fault lies with the gateway or the settings, not with the number: it can be sent again when that is mended."""


_NUMBER = _("Ask the person for another number, or print the notice and hand it over.")
_OPERATOR = _("Ask the administrator to look at the gateway; then send it again.")
REASONS = {
    "no_number": Reason(_("What was given is no telephone number."), _NUMBER),
    "no_mobile": Reason(_("It is a fixed line; text messages go to mobile phones alone."), _("Call the number, or print the notice.")),
    "reserved_number": Reason(_("It is the number of a sample person: nothing is sent there."), _("Nothing needs to be done.")),
    "address_refused": Reason(_("The mail server of the other side does not know this address."), _NUMBER),
    "address_deferred": Reason(_("The mailbox of the other side took nothing for a whole day."), _("Send it again, or tell the person otherwise.")),
    "lost": Reason(_("The program that sends it was ended again and again while it did so."), _OPERATOR, machine=True),
    "mail_server": Reason(_("The city's own mail server could not be reached for a whole day."), _OPERATOR, machine=True),
    "gateway": Reason(_("The gateway for text messages could not be reached for a whole day."), _OPERATOR, machine=True),
    "no_adapter": Reason(_("This city has not set up this way of sending yet."), _("Tell the person in another way, and tell the administrator.")),
    "switched_off": Reason(_("The phone was switched off or out of reach until the text message ran out."), _("Call, or print the notice.")),
    "no_such_number": Reason(_("The operator says that this number is not in use."), _NUMBER),
    "blocked": Reason(_("The person or the operator does not let these text messages through."), _("Call, or print the notice.")),
    "operator": Reason(_("The operator could not deliver it and did not say why."), _("Call, or print the notice.")),
    "bounced": Reason(_("The mail came back: the other side could not deliver it."), _NUMBER),
    "no_endpoint": Reason(_("The program it was meant for is not called (any more)."), _("Tell the office in another way.")),
}  # fmt: skip
_REFUSED = Reason(_("The gateway refused the message."), _("Call, or print the notice."))
_BROKEN = Reason(_("The gateway answered with an error for a whole day."), _OPERATOR, machine=True)
_UNKNOWN = Reason(_("It could not be delivered."), _("Call, or print the notice."))


def reason(code: str) -> Reason:
    """Why, for the code that the adapter or the gateway left."""
    if code in REASONS:
        return REASONS[code]
    status = re.fullmatch(r"http_(\d{3})", code)
    if status is None:
        return _UNKNOWN
    return _BROKEN if status[1] >= "500" or status[1] in ("408", "425", "429") else _REFUSED


_BY_ITSELF = _("It is tried again by itself; nothing needs to be done yet.")
_SO_FAR = {
    "address_deferred": _("The mailbox of the other side took nothing so far."),
    "mail_server": _("The city's own mail server could not be reached so far."),
    "gateway": _("The gateway for text messages could not be reached so far."),
}


def reason_so_far(code: str) -> Reason:
    """Why the last try failed, of a message that is tried again: nothing is over yet."""
    return Reason(_SO_FAR.get(code, _("The last try failed.")), _BY_ITSELF)


def kind_of(code: str) -> str:
    """What kind of message it is, in the reader's language; the code for one that is not declared any more."""
    label = next((str(notice.label) for notice in discovery.each("notices") if notice.code == code), "")
    return capfirst(label) or code


def shown(row: Delivery, masked: str = "", *, again: bool = False) -> dict[str, Any]:
    """What a page shows of a delivery; ``masked`` only for those who may see it."""
    why = reason_so_far if row.state == State.WAITING else reason
    bad = row.state in (State.FAILED, State.REFUSED, State.WAITING)
    return {
        "row": row,
        "label": kind_of(row.code),
        "tone": TONES[State(row.state)],
        "masked": masked,
        "reason": why(row.error) if bad and row.error else None,
        "again": again,
        "open": row.state in (State.FAILED, State.REFUSED) and not row.answer,
    }
