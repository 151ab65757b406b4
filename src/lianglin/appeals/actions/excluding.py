"""A matter is left out of a rate only by a recorded ruling: the unit asks, somebody else rules, a review may follow."""

from __future__ import annotations

from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.models import Post
from lianglin.access.transaction import together
from lianglin.appeals.actions.asking import known, on_case
from lianglin.appeals.models import Exclusion
from lianglin.appeals.queries import recipients
from lianglin.appeals.queries.provisions import for_case
from lianglin.cases.models import Case, Step
from lianglin.kit import clock, messages
from lianglin.kit.calendar import calendar
from lianglin.kit.errors import Conflict, Forbidden, Refused
from lianglin.kit.ids import group_case_number

ASK, RULE = "appeals.handle", "appeals.rule_exclusions"
COUNT_AGAIN = "appeals_count_again"
"""Name of the task (in tasks.py) that counts a case's figures anew."""
SUBJECT = "appeals.Exclusion"
State = Exclusion.State
SHORTEST = 10
"""Characters of a reason: one that a reader can weigh, not a mark."""


@on_case
def ask_exclusion(case: Case, *, by: Actor, figure: str, ground: str, reason: str) -> Exclusion:
    """The unit in charge asks that its matter not count in one rate; once per rate. It counts until somebody has ruled."""
    by.require(ASK)
    known(figure, Exclusion.Figure.choices, "figure")
    known(ground, Exclusion.Ground.choices, "ground")
    if case.owner_id != by.organisation_id or by.post_id is None:
        raise Forbidden(_("Only the unit in charge can ask that a matter not count in a rate."))
    _said(reason, "reason")
    if ground == Exclusion.Ground.RESULT:
        _must_be_a_result(case, figure, by)
    asked = Exclusion.objects.visible_to(by, purpose=by.work_purpose).filter(case=case, figure=figure)
    if asked.exists():
        raise Refused(
            _("This was asked before for the same rate. If it was refused, ask for a review there."),
            field="figure",
        )
    made = Exclusion.objects.create(
        case=case, scope_code=case.scope_code, figure=figure, ground=ground, reason=reason.strip(),
        asked_by_id=by.post_id, unit_id=by.organisation_id, asked_at=clock.now(),
    )  # fmt: skip
    _note("ask", made, {"figure": figure, "ground": ground, "reason": reason})
    return made


OF_A_RESULT = (Exclusion.Figure.SOLVED, Exclusion.Figure.SATISFIED)
SAID = ("call_back", "confirm", "handle_again", "reopen")
"""Steps in which an appellant has said how it was."""


def _must_be_a_result(case: Case, figure: str, by: Actor) -> None:
    """A result is disputed of the two rates that it makes, once there is one, and within some days of it."""
    if figure not in OF_A_RESULT:
        raise Refused(_("A call-back result makes the solved and the satisfied rate alone."), field="figure")
    steps = Step.objects.visible_to(by, purpose=by.work_purpose).filter(case_id=case.pk, move__in=SAID)
    last = steps.order_by("-seq").first()
    if last is None:
        raise Refused(_("The appellant has not been heard yet."), field="ground")
    days = for_case("call_back.dispute", case).amount
    if clock.now() > calendar().add_working_days(last.at, days).at:
        raise Refused(
            _("A result can be disputed for %(n)d working days, and they are over.") % {"n": days},
            field="ground",
        )


def rule_on_exclusion(pk: int, *, by: Actor, grant: bool, ruling: str) -> Exclusion:
    """Rules on a request, or on the review of one; the unit is told, and the figures are counted anew.

    Forbidden to the unit that asked and, on a review, to whoever ruled first.
    """
    by.require(RULE)
    with together():
        found = _locked(pk, by)
        if found.state not in (State.ASKED, State.REVIEW):
            raise Conflict(_("This request has been ruled on already. Look at it again."))
        _said(ruling, "ruling")
        if found.unit_id == by.organisation_id:
            raise Forbidden(_("The unit that asked cannot rule on its own request."))
        if found.state == State.REVIEW and _account(found.first_ruled_by) == by.account_id:
            raise Forbidden(
                _("Whoever ruled first cannot rule on the review. Leave it to a colleague with this duty.")
            )
        refused = State.UPHELD if found.state == State.REVIEW else State.REFUSED
        found.state = State.GRANTED if grant else refused
        found.ruling, found.ruled_by_id, found.ruled_at = ruling.strip(), by.post_id, clock.now()
        found.save(update_fields=["state", "ruling", "ruled_by", "ruled_at"])
        _note("rule", found, {"state": found.state, "ruling": ruling})
        _tell(found)
        app.configure_task(COUNT_AGAIN, queue="events").defer(
            case_id=found.case_id, scope_code=found.scope_code
        )
    return found


def ask_review(pk: int, *, by: Actor, objection: str) -> Exclusion:
    """The unit does not agree with a refusal and says why; once, and somebody else rules."""
    by.require(ASK)
    with together():
        found = _locked(pk, by)
        if found.unit_id != by.organisation_id:
            raise Forbidden(_("Only the unit that asked can ask for a review."))
        if found.ground == Exclusion.Ground.RESULT:
            raise Conflict(_("The district has ruled on this result; its ruling stands."))
        if found.state != State.REFUSED:
            raise Conflict(_("A review is possible once, of a refusal. Look at the request again."))
        _said(objection, "objection")
        found.state, found.objection, found.objected_at = State.REVIEW, objection.strip(), clock.now()
        found.first_ruling, found.first_ruled_by_id, found.first_ruled_at = (
            found.ruling,
            found.ruled_by_id,
            found.ruled_at,
        )
        found.ruling, found.ruled_by, found.ruled_at = "", None, None
        found.save()
        _note("review", found, {"objection": objection})
    return found


def _locked(pk: int, by: Actor) -> Exclusion:
    seen = Exclusion.objects.visible_to(by, purpose=by.work_purpose).filter(pk=pk)
    found = seen.select_for_update(of=("self",)).select_related("case", "ruled_by", "first_ruled_by").first()
    if found is None:
        raise Forbidden(_("There is no such request in the area of your current post."))
    return found


def _account(post: Post | None) -> int | None:
    return post.account_id if post else None


def _said(text: str, field: str) -> None:
    if len(text.strip()) < SHORTEST:
        raise Refused(_("Say why in at least ten characters: the other side reads it."), field=field)


def _note(verb: str, found: Exclusion, values: dict[str, str]) -> None:
    audit.record(f"appeals.exclusion.{verb}", SUBJECT, found.pk, scope_code=found.scope_code, values=values)


def _tell(found: Exclusion) -> None:
    for post_id in recipients.posts_of(found.unit_id):
        messages.send(
            messages.Message(
                code="appeals.exclusion_ruled",
                channel="in_app",
                scope_code=found.scope_code,
                case_id=found.case_id,
                post_id=post_id,
                context={
                    "number": group_case_number(found.case.number),
                    "rate": Exclusion.Figure(found.figure).label,
                    "ruling": State(found.state).label,
                },
                once=f"exclusion:{found.pk}:{found.state}:{post_id}",
            )
        )
