"""What a person makes of a candidate that the nightly scan found: a confirmed class of problems, or nothing, with a reason."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import TOP, Actor
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.actions import problems
from lianglin.appeals.actions.problem_steps import impersonal
from lianglin.appeals.models import ClassCandidate, ProblemClass
from lianglin.appeals.queries import candidates
from lianglin.appeals.queries.problems import MOST_CASES
from lianglin.appeals.rules import problems as rules
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Refused


def confirm(
    candidate_id: int, *, by: Actor, owner: Organisation, title: str = "", reason: str = ""
) -> ProblemClass:
    """Makes a confirmed class of it with the appeals that the person may read, the newest 300 at most.

    The scan proposed, so this person's look is the second one.
    """
    by.require(rules.DECIDE)
    with together():
        found = _held(candidate_id, by)
        cases = candidates.cases_of(found, by).filter(appeal__item_id=found.item_id)
        ids = list(cases.values_list("pk", flat=True)[:MOST_CASES])
        if not ids:
            raise Refused(_("Your post may read none of its appeals. Leave it to a post of its area."))
        made = problems.confirm(
            ids, found.item.code, found.scope_code, found.first_day, found.last_day,
            by=by, owner=owner, title=title, reason=reason or found.reason,
        )  # fmt: skip
        _decide(found, ClassCandidate.State.CONFIRMED, by, made)
    return made


def refuse(candidate_id: int, *, by: Actor, reason: str) -> ClassCandidate:
    """Says that it is no problem of its own; the scan does not propose the same days again."""
    by.require(rules.DRAW_UP)
    with together():
        found = _held(candidate_id, by)
        found.refused_because = impersonal(reason, "reason")[:200]
        _decide(found, ClassCandidate.State.REFUSED, by)
    return found


def _held(candidate_id: int, by: Actor) -> ClassCandidate:
    """The candidate, locked; somebody else's decision of a moment ago is said."""
    found = (
        ClassCandidate.objects.select_for_update(of=("self",))
        .select_related("item")
        .filter(pk=candidate_id, scope_code__gte=by.low, scope_code__lt=by.low + TOP)
        .first()
    )
    if found is None:
        raise Refused(_("There is no such candidate in your area. The scan may have let it go."))
    if found.state != ClassCandidate.State.OPEN:
        raise Conflict(
            _("Somebody has decided on it already: %(state)s.") % {"state": found.get_state_display()}
        )
    return found


def _decide(
    found: ClassCandidate, state: ClassCandidate.State, by: Actor, made: ProblemClass | None = None
) -> None:
    found.state, found.problem, found.decided_at, found.decided_post_id = state, made, clock.now(), by.post_id
    found.save(update_fields=["state", "problem", "decided_at", "decided_post", "refused_because"])
    audit.record(
        "appeals.decide_candidate", "appeals.ClassCandidate", found.pk, scope_code=found.scope_code,
        values={"state": str(state), "problem": made.pk if made else 0},
    )  # fmt: skip
