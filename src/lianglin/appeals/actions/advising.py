"""What the rules advised and what the dispatcher chose: kept with the order, so that the rules can be judged."""

from __future__ import annotations

from typing import Any

from lianglin.access.models import Organisation
from lianglin.appeals.models import DispatchAdvice
from lianglin.appeals.queries.dispatching import Advice
from lianglin.cases.models import Case
from lianglin.kit import clock


def particulars(advice: Advice | None) -> dict[str, Any]:
    """What the step keeps: the rule and the unit that it advised; nothing where no rule could be followed."""
    if advice is None or advice.wrong:
        return {}
    return {"rule": advice.rule.pk, "advised": advice.unit.pk}


def note_advice(advice: Advice | None, case: Case, chosen: Organisation) -> None:
    """Counts for the rule whether its advice was taken."""
    if advice is None or advice.wrong:
        return
    DispatchAdvice(
        case=case,
        scope_code=case.scope_code,
        rule=advice.rule,
        advised=advice.unit,
        chosen=chosen,
        taken=chosen.pk == advice.unit.pk,
        at=clock.now(),
    ).save(force_insert=True)
