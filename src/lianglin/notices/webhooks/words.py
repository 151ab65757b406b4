"""What became of a call, in plain words."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianglin.kit.guards import Text
from lianglin.notices.models import WebhookCall
from lianglin.notices.webhooks import rules

TONES = {WebhookCall.State.QUEUED: "waiting", WebhookCall.State.SENT: "good", WebhookCall.State.DEAD: "bad"}
BESIDE = {"test": gettext_lazy("test"), "notice": gettext_lazy("message")}
WHY: dict[str, Text] = {
    "no_such_host": gettext_lazy("The name of the address is not known."),
    "no_connection": gettext_lazy(
        "No connection: the other side does not listen, or a firewall is in between."
    ),
    "tls": gettext_lazy("No secure connection: the certificate is wrong or has run out."),
    "timeout": gettext_lazy("The other side did not answer within ten seconds."),
    "broken": gettext_lazy("The connection broke off, or the answer was no HTTP."),
    "inside": gettext_lazy("The name leads into a network inside, which may not be called."),
    "address": gettext_lazy("The address is none that may be called."),
    "not_https": gettext_lazy("The address is none that may be called."),
    "no_name": gettext_lazy("The address is none that may be called."),
    "demo": gettext_lazy("The demo calls nobody outside."),
    "ended": gettext_lazy("The webhook was ended before."),
}


def why(code: str) -> str:
    """Why a try failed."""
    if code in WHY:
        return str(WHY[code])
    status = re.fullmatch(r"status_(\d{3})", code)
    if status is None:
        return code
    if status[1].startswith("3"):
        return _("The other side answered with a redirect (%(status)s); none is followed.") % {
            "status": status[1]
        }
    return _("The other side answered with %(status)s.") % {"status": status[1]}


def call(one: WebhookCall) -> dict[str, Any]:
    """What the list of calls shows of one."""
    state = WebhookCall.State(one.state)
    return {
        "call": one,
        "label": rules.EVENTS.get(one.type) or BESIDE.get(one.type, one.type),
        "tone": TONES[state],
        "why": why(one.error) if one.error else "",
        "again": state != WebhookCall.State.QUEUED,
    }
