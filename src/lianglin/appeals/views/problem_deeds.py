"""What can be done with a problem class on its page: the form of each deed, who sees it, and the verb behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from lianglin.access.actor import Actor
from lianglin.appeals.actions import problem_effects, problems
from lianglin.appeals.forms import problems as made
from lianglin.appeals.models import ProblemClass
from lianglin.appeals.queries import campaigns, projects
from lianglin.appeals.queries import problems as queries
from lianglin.appeals.rules import effect
from lianglin.appeals.rules import problems as rules
from lianglin.kit import clock

Given = dict[str, Any]


@dataclass(frozen=True)
class Deed:
    """One deed: its form, its words, the verb, and the states and the duty in which it is offered."""

    form: type[forms.Form]
    label: Any
    button: Any
    done: Any
    act: Callable[[ProblemClass, Actor, Given], Any]
    states: tuple[str, ...]
    duty: str = rules.DRAW_UP
    danger: bool = False


_AT_WORK = ("confirmed", "cause_found", "under_way", "measured", "reopened")
DEEDS: dict[str, Deed] = {
    "confirm": Deed(
        made.RemarkForm, _("Confirm it"), _("Confirm it"), _("Confirmed."),
        lambda p, by, given: problems.decide(p.pk, by=by, approve=True, **given), ("candidate",), rules.DECIDE,
    ),
    "refuse": Deed(
        made.NoteForm, _("Refuse it"), _("Refuse it"), _("Refused, with the reason."),
        lambda p, by, given: problems.decide(p.pk, by=by, approve=False, **given), ("candidate",), rules.DECIDE, True,
    ),
    "find_cause": Deed(
        made.CauseForm, _("Write down the root cause"), _("Write it down"), _("The cause is written down."),
        lambda p, by, given: problems.find_cause(p.pk, by=by, **given), _AT_WORK,
    ),
    "start": Deed(
        made.MeasureForm, _("Add a measure"), _("Add the measure"), _("The measure is added."),
        lambda p, by, given: problems.add_measure(p.pk, by=by, **given), ("cause_found", "under_way", "measured"),
    ),
    "measure": Deed(
        made.EffectForm, _("Measure the effect"), _("Count both seasons"), _("The effect is measured."),
        lambda p, by, given: problem_effects.measure_effect(p.pk, by=by, **given), ("under_way", "measured"),
    ),
    "close": Deed(
        made.NoteForm, _("Close it"), _("Close it with this effect"), _("The class is closed."),
        lambda p, by, given: problem_effects.close(p.pk, by=by, **given), ("measured",), rules.DECIDE,
    ),
    "reopen": Deed(
        made.NoteForm, _("Reopen the class"), _("Reopen the class"), _("It is open again."),
        lambda p, by, given: problem_effects.reopen(p.pk, by=by, **given), ("closed",), rules.DECIDE,
    ),
    "leave": Deed(
        made.NoteForm, _("Leave it closed"), _("Leave it closed"), _("It stays closed, with the reason."),
        lambda p, by, given: problem_effects.leave_closed(p.pk, by=by, **given), ("closed",), rules.DECIDE,
    ),
    "owner": Deed(
        made.OwnerForm, _("Change the owner or the promised day"), _("Change it"), _("Changed."),
        lambda p, by, given: problems.hand_to(p.pk, by=by, **given), ("candidate", *_AT_WORK),
    ),
    "publish": Deed(
        made.PublishForm, _("Tell residents"), _("Show it to residents"), _("Residents can read it now."),
        lambda p, by, given: problems.publish(p.pk, by=by, **given), rules.SHOWN, rules.DECIDE,
    ),
    "hide": Deed(
        made.NoteForm, _("Stop telling residents"), _("Take it off the residents' page"), _("It is off the residents' page."),
        lambda p, by, given: problems.hide(p.pk, by=by, **given), rules.SHOWN, rules.DECIDE, True,
    ),
}  # fmt: skip
"""In the order in which they are offered."""


def offered(problem: ProblemClass, parts: queries.Parts, actor: Actor) -> dict[str, Deed]:
    """The deeds that this post can do now: two people for what binds, nothing where nothing is to be done."""
    if actor.role != "staff" or not actor.covers(problem.scope_code):
        return {}
    found = {code: one for code, one in DEEDS.items() if problem.state in one.states and actor.may(one.duty)}
    if problem.made_by_id == actor.account_id:
        found.pop("confirm", None)
    if parts.effects and parts.effects[0].account_id == actor.account_id:
        found.pop("close", None)
    if problem.rises_since is None:
        found.pop("leave", None)
    if parts.shown is None or not parts.shown.visible:
        found.pop("hide", None)
    return found


_EXPECTED = {
    "candidate": "confirm", "confirmed": "find_cause", "reopened": "find_cause", "cause_found": "start",
    "under_way": "measure", "measured": "close",
}  # fmt: skip


def expected_of(problem: ProblemClass) -> str:
    """The deed that is due next; "" where nothing is."""
    return "reopen" if problem.rises_since else _EXPECTED.get(problem.state, "")


def waits_for_another(problem: ProblemClass, parts: queries.Parts, actor: Actor) -> bool:
    """Whether the next step is a second person's, this one having done the first."""
    if problem.state == "candidate":
        return problem.made_by_id == actor.account_id
    return (
        problem.state == "measured"
        and bool(parts.effects)
        and parts.effects[0].account_id == actor.account_id
    )


def form_of(code: str, problem: ProblemClass, parts: queries.Parts, actor: Actor, data: Any) -> forms.Form:
    """The form of a deed, bound where it was sent."""
    form = DEEDS[code].form(data, auto_id=f"id_{code}_%s", initial=_initial(code, problem, parts))
    if isinstance(form, made.AreaChoice):
        form.prepare([], queries.units_for(problem.scope_code))
    if isinstance(form, made.MeasureForm):
        form.offer(
            projects.projects(actor, state="open").order_by("-id")[:200], campaigns.campaigns(actor).order_by("-id")[:200]
        )  # fmt: skip
    if isinstance(form, made.PublishForm):
        form.offer([(one.pk, one.title) for one in parts.measures])
    return form


def _initial(code: str, problem: ProblemClass, parts: queries.Parts) -> Given:
    if code == "owner":
        return {"owner": problem.owner_id, "promised_on": problem.promised_on}
    if code == "start":
        return {"unit": problem.owner_id}
    if code == "publish":
        shown = parts.shown
        measures = [one.pk for one in parts.measures]
        if shown is None:
            return {"title": problem.title, "measures": measures}
        return {"title": shown.title, "text": shown.text, "measures": measures}
    if code == "measure":
        begun = min((one.effective_on for one in parts.measures if one.effective_on), default=None)
        last = clock.today() - timedelta(days=1)
        first = begun or last - timedelta(days=89)
        return {"first_day": first, "last_day": min(last, first + timedelta(days=effect.LONGEST - 1))}
    return {}
