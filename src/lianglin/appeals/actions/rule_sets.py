"""Rules of dispatch are drafted, proposed and approved: by two people, once, for good.

A post drafts for its own area. Once proposed a version stands as it is; once approved PostgreSQL itself refuses to
change it (queries/frozen.py). The next version begins as a copy of the one in force.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.governance.proposals import Proposals
from lianglin.access.models import Organisation
from lianglin.access.transaction import together
from lianglin.appeals.models import DispatchRule, RuleSet
from lianglin.appeals.queries import worklists
from lianglin.appeals.queries.rule_flaws import checked, wrong_conditions
from lianglin.appeals.rules.dispatching import MOST_CONDITIONS
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Forbidden, Refused

DRAW_UP, APPROVE = "appeals.rules", "appeals.approve_rules"
MOST_RULES = 200
DECIDED = (
    "state", "in_force_from", "proposed_by", "proposed_post", "proposed_at", "decided_by", "decided_post", "decided_at", "note",
)  # fmt: skip
_SUBJECT = "appeals.RuleSet"
SETS = Proposals(RuleSet, _SUBJECT, "appeals.{verb}_rules", DRAW_UP, APPROVE, also=("in_force_from",))


@dataclass(frozen=True)
class Written:
    """One rule as it is written: title, conditions (see rules/dispatching.py), units, reason."""

    title: str
    conditions: Sequence[dict[str, Any]]
    unit: Organisation
    co_units: Sequence[Organisation]
    reason: str


def draft(*, by: Actor, title: str) -> RuleSet:
    """Begins the next version of the own area, as a copy of the newest approved one; one draft at a time."""
    by.require(DRAW_UP)
    with together():
        own = RuleSet.objects.select_for_update(no_key=True).filter(scope_code=by.low)
        versions = list(own.order_by("-version"))
        unfinished = _(
            "A version of your area is a draft already, or waits for approval. Finish that one first."
        )
        if any(one.state != RuleSet.State.APPROVED for one in versions):
            raise Conflict(unfinished)
        version = versions[0].version + 1 if versions else 1
        made = RuleSet(scope_code=by.low, version=version, title=title.strip(), drafted_at=clock.now())
        try:
            with together():
                made.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(unfinished) from error
        before = next((one for one in versions if one.state == RuleSet.State.APPROVED), None)
        if before is not None:
            _copy(before, made)
        audit.record("appeals.draft_rules", _SUBJECT, made.pk, scope_code=by.low)
    return made


def _copy(before: RuleSet, made: RuleSet) -> None:
    DispatchRule.objects.bulk_create(
        DispatchRule(
            rule_set=made,
            scope_code=made.scope_code,
            position=rule.position,
            title=rule.title,
            conditions=rule.conditions,
            unit_id=rule.unit_id,
            co_units=rule.co_units,
            reason=rule.reason,
        )
        for rule in before.rules.order_by("position")
    )


def add_rule(*, by: Actor, rule_set_id: int, rule: Written) -> DispatchRule:
    """Adds a rule at the end of a draft; refused where it names a unit that takes no orders, or an unknown code."""
    with together():
        found = _own_draft(rule_set_id, by)
        last = found.rules.order_by("-position").first()
        position = last.position + 1 if last else 1
        if position > MOST_RULES:
            raise Refused(_("A version has at most %(n)d rules.") % {"n": MOST_RULES})
        made = DispatchRule(rule_set=found, scope_code=found.scope_code, position=position)
        _write(made, rule)
        made.save(force_insert=True)
        audit.record("appeals.add_rule", _SUBJECT, found.pk, scope_code=found.scope_code)
    return made


def change_rule(*, by: Actor, rule_id: int, rule: Written) -> DispatchRule:
    """Writes a rule of a draft anew, in its place."""
    with together():
        held = _rule(rule_id, by)
        _write(held, rule)
        held.save(update_fields=["title", "conditions", "unit", "co_units", "reason"])
        audit.record("appeals.change_rule", _SUBJECT, held.rule_set_id, scope_code=held.scope_code)
    return held


def _write(row: DispatchRule, rule: Written) -> None:
    conditions = list(rule.conditions)
    if len(conditions) > MOST_CONDITIONS:
        raise Refused(_("A rule has at most %(n)d conditions.") % {"n": MOST_CONDITIONS})
    for wrong in wrong_conditions(conditions, row.scope_code):
        raise Refused(wrong)
    able = set(worklists.units().filter(pk__in=[u.pk for u in (rule.unit, *rule.co_units)]))
    for unit in (rule.unit, *rule.co_units):
        if unit not in able:
            raise Refused(
                _("The unit “%(unit)s” takes no orders. Choose another.") % {"unit": unit.label}, field="unit"
            )
    if rule.unit in rule.co_units:
        raise Refused(_("The unit in the lead is not a co-handler, too."), field="co_units")
    row.title, row.conditions, row.unit = rule.title.strip(), conditions, rule.unit
    row.co_units, row.reason = [unit.code for unit in rule.co_units], rule.reason.strip()


def move_rule(*, by: Actor, rule_id: int, up: bool) -> DispatchRule:
    """Puts a rule of a draft one place earlier or later; at the end it stays where it is."""
    with together():
        held = _rule(rule_id, by)
        beside = held.rule_set.rules.exclude(pk=held.pk)
        beside = (
            beside.filter(position__lt=held.position) if up else beside.filter(position__gt=held.position)
        )
        other = beside.order_by("-position" if up else "position").first()
        if other is not None:
            held.position, other.position = other.position, held.position
            held.save(update_fields=["position"])
            other.save(update_fields=["position"])
    return held


def remove_rule(*, by: Actor, rule_id: int) -> RuleSet:
    """Takes a rule out of a draft; returns the draft."""
    with together():
        held = _rule(rule_id, by)
        held.delete()
        audit.record("appeals.remove_rule", _SUBJECT, held.rule_set_id, scope_code=held.scope_code)
    return held.rule_set


def propose(*, by: Actor, rule_set_id: int, in_force_from: date) -> RuleSet:
    """Puts a draft before the second person, to be in force from a day (today at the earliest)."""
    with together():
        found = _own_draft(rule_set_id, by)
        if in_force_from < clock.today():
            raise Refused(_("Rules come into force today at the earliest."), field="in_force_from")
        _must_be_sound(found)
        found.in_force_from = in_force_from
        found.propose(by)
        found.save(update_fields=DECIDED)
        audit.record(
            "appeals.propose_rules", _SUBJECT, found.pk, scope_code=found.scope_code,
            values={"from": str(in_force_from)},
        )  # fmt: skip
    return found


def decide(*, by: Actor, rule_set_id: int, approve: bool, note: str = "") -> RuleSet:
    """The second person approves a proposed version, or refuses it: then it is open to its author again as it is.

    What was in order when it was proposed is looked at again. A day that has passed meanwhile becomes today.
    """
    return SETS.decide(by, approve=approve, note=note, carry_out=_put_in_force, pk=rule_set_id)


def _put_in_force(found: RuleSet) -> None:
    _must_be_sound(found)
    found.in_force_from = max(found.in_force_from or clock.today(), clock.today())


def _must_be_sound(found: RuleSet) -> None:
    rules = list(found.rules.select_related("rule_set", "unit").order_by("position"))
    if not rules:
        raise Refused(_("This version has no rule yet."))
    known = checked(rules)
    for rule in rules:
        for wrong in known.wrong_with(rule):
            raise Refused(_("Rule %(n)d: %(wrong)s") % {"n": rule.position, "wrong": wrong})


def _locked(rule_set_id: int) -> RuleSet | None:
    return RuleSet.objects.select_for_update(no_key=True).filter(pk=rule_set_id).first()


def _own_draft(rule_set_id: int, by: Actor) -> RuleSet:
    by.require(DRAW_UP)
    found = _locked(rule_set_id)
    if found is None or found.scope_code != by.low:
        raise Forbidden(_("These rules are not of the area of your current post."))
    if found.state == RuleSet.State.REFUSED:
        found.state = RuleSet.State.DRAFT
        found.save(update_fields=["state"])
    if found.state != RuleSet.State.DRAFT:
        raise Conflict(
            _("This version was proposed or approved and is not changed any more. Begin the next version.")
        )
    return found


def _rule(rule_id: int, by: Actor) -> DispatchRule:
    row = DispatchRule.objects.filter(pk=rule_id).values_list("rule_set_id", flat=True).first()
    draft_of = _own_draft(row or 0, by)
    held = draft_of.rules.filter(pk=rule_id).first()
    if held is None:
        raise Conflict(_("This rule is not in the draft any more."))
    held.rule_set = draft_of
    return held
