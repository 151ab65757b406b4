"""Standard texts are written in versions: a street's count at once, a district's or the city's after a second look."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known
from lianglin.appeals.models import StandardText
from lianglin.appeals.queries import catalogue, texts
from lianglin.appeals.rules import texts as rules
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

WRITE, APPROVE = "appeals.texts", "appeals.approve_texts"
TEXTS = Proposals(StandardText, "appeals.StandardText", "appeals.{verb}_text", WRITE, APPROVE, begun="write")
State = StandardText.State


@dataclass(frozen=True)
class Written:
    """A text as it is written."""

    move: str
    title: str
    body: str
    item_code: str = ""
    frame: str = ""


def write(*, by: Actor, written: Written, reason: str, before: StandardText | None = None) -> StandardText:
    """Writes a text of the own area; with ``before`` the next version of that one.

    Refused with a placeholder that does not exist, for an unknown item, or where it does not keep the frame above.
    """
    by.require(WRITE)
    if before is not None and before.scope_code != by.low:
        raise Forbidden(_("This text is not of the area of your current post: copy it into one of your own."))
    _must_be_sound(written, by)
    waits = rules.needs_second_look(by.low)
    made = StandardText(
        scope_code=by.low, series=before.series if before else uuid4(), version=1, move=written.move,
        item_code=written.item_code.strip(), title=written.title.strip(), body=written.body.strip(),
        frame=written.frame.strip() if waits else "", reason=reason.strip(),
        state=State.WAITING if waits else State.APPROVED, proposed_by_id=by.account_id, proposed_post_id=by.post_id,
        proposed_at=clock.now(),
    )  # fmt: skip
    with together():
        if before is not None:
            made.version = _next_version(before)
        return TEXTS.put(
            made,
            by=by,
            taken=_(
                "A version of this text waits for its second look, or was written just now. Look at it again."
            ),
        )


def _next_version(before: StandardText) -> int:
    newest = StandardText.objects.filter(series=before.series).order_by("-version").first()
    if newest is not None and newest.retired_at is not None:
        raise Conflict(_("This text was retired. Write a new one."))
    return newest.version + 1 if newest else 1


def _must_be_sound(written: Written, by: Actor) -> None:
    known(written.move, rules.MOVES, "move")
    if wrong := rules.unknown(written.body):
        raise Refused(
            _("There is no placeholder “{%(name)s}”. Take one of the list below the form.")
            % {"name": wrong[0]},
            field="body",
        )
    if written.item_code.strip() and catalogue.item_of(written.item_code.strip()) is None:
        raise Refused(_("There is no item with this code in the catalogue."), field="item_code")
    left_out = rules.missing(written.body, texts.frames(by.low, written.move))
    if left_out:
        raise Refused(_("The text must keep: “%(line)s”") % {"line": left_out[0]}, field="body")


def decide(*, by: Actor, text_id: int, approve: bool, note: str = "") -> StandardText:
    """The second person approves a version, or refuses it and says why."""
    return TEXTS.decide(by, approve=approve, note=note, pk=text_id)


def retire(*, by: Actor, text_id: int) -> StandardText:
    """Takes a text of the own area out of use; answers that hold it stay as they are."""
    by.require(WRITE)
    with together():
        found = TEXTS.locked(pk=text_id)
        if found.scope_code != by.low:
            raise Forbidden(_("This is not of the area of your current post."))
        newer = StandardText.objects.filter(
            series=found.series, version__gt=found.version, state=State.APPROVED
        )
        if found.state != State.APPROVED or found.retired_at is not None or newer.exists():
            raise Conflict(_("This version is not in use."))
        found.retired_at = clock.now()
        found.save(update_fields=["retired_at"])
        TEXTS.audited("retire", found, by)
    return found
