"""Rules of dispatch tried on a past month: what each would have done, against what was done.

Compared with the unit that has the order today (or had it last): after every objection and ruling, so that the rules
are measured by where an order belonged, not by where it first went.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from django.db.models import Count, QuerySet

from lianglin.access.actor import TOP, Actor
from lianglin.appeals.models import Appeal, DispatchAdvice, DispatchRule, RuleSet
from lianglin.appeals.queries.dispatching import FACTS, as_rule, asks, facts_in, tree
from lianglin.appeals.queries.questions import answers_of
from lianglin.appeals.rules import KIND, dispatching
from lianglin.appeals.rules.dispatching import Rule, Tried
from lianglin.kit.paging import page
from lianglin.kit.period import Period

AT_ONCE = 500
"""Appeals that one page of the list looks through."""
CHUNK = 2_000
SAME, OTHER, NONE, OPEN = "same", "other", "none", "open"
"""As was done; to another unit; no rule fits; was never given to a unit."""


@dataclass
class Report:
    """What a version would have done with the appeals of one month."""

    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    tried: dict[int, Tried] = field(default_factory=dict)
    others: dict[int, int] = field(default_factory=dict)
    """Per rule how many it would have given to another unit than has the order."""

    @property
    def compared(self) -> int:
        """Those that a rule fits and that were given to a unit."""
        return self.counts[SAME] + self.counts[OTHER]


def appeals_of(rule_set: RuleSet, month: Period, actor: Actor) -> QuerySet[Appeal]:
    """The appeals reported in a month in the area of a version, as far as the post may see them."""
    start, end = month.instants()
    seen = Appeal.objects.visible_to(actor, purpose=actor.work_purpose)
    rows = seen.filter(case__kind=KIND, case__opened_at__gte=start, case__opened_at__lt=end)
    if not actor.low.startswith(rule_set.scope_code):
        low = rule_set.scope_code
        rows = rows.filter(scope_code__gte=low, scope_code__lt=low + TOP)
    return rows


def report(rule_set: RuleSet, rules: Sequence[DispatchRule], month: Period, actor: Actor) -> Report:
    """Tries the rules on a whole month; one pass, in bounded memory."""
    order = [as_rule(rule) for rule in rules]
    units = {rule.pk: rule.unit_id for rule in rules}
    made = Report(tried={rule.key: Tried() for rule in order}, others=dict.fromkeys(units, 0))
    rows = appeals_of(rule_set, month, actor).values_list(*FACTS, "case__owner_id").order_by()
    looks, found = asks([order]), rows.iterator(chunk_size=CHUNK)
    while some := list(islice(found, CHUNK)):
        told = answers_of([row[0] for row in some], actor) if looks else {}
        for row in some:
            winner = dispatching.tally(order, facts_in(row, told.get(row[0])), made.tried)
            kind = _kind(winner, units, row[-1])
            made.total += 1
            made.counts[kind] += 1
            if kind == OTHER and winner is not None:
                made.others[winner.key] += 1
    return made


def _kind(winner: Rule | None, units: dict[int, int], owner: int | None) -> str:
    if winner is None:
        return NONE
    if owner is None:
        return OPEN
    return SAME if units[winner.key] == owner else OTHER


@dataclass(frozen=True)
class Difference:
    """One appeal that the rules would have given to another unit than has it; ``rule`` None: no rule fits it."""

    appeal: Appeal
    rule: DispatchRule | None


@dataclass(frozen=True)
class Differences:
    """The differences among some hundred appeals of the month, and where the next ones begin."""

    rows: list[Difference]
    looked_at: int
    newer: str
    older: str


def differences(
    rule_set: RuleSet, rules: Sequence[DispatchRule], month: Period, actor: Actor, *, cursor: str = ""
) -> Differences:
    """The appeals, newest first, that the rules would have given to another unit, or that no rule fits."""
    order = [as_rule(rule) for rule in rules]
    by_id = {rule.pk: rule for rule in rules}
    units = {rule.pk: rule.unit_id for rule in rules}
    rows = appeals_of(rule_set, month, actor).select_related("case__owner", "item__category__field")
    found = page(rows, "-case_id", cursor=cursor, size=AT_ONCE)
    shown: list[Difference] = []
    told = answers_of([appeal.pk for appeal in found.rows], actor) if asks([order]) else {}
    for appeal in found.rows:
        item = appeal.item
        above = (item.code, item.category.code, item.category.field.code) if item else ("", "", "")
        row = (appeal.pk, appeal.scope_code, appeal.channel, appeal.opened_at, *above)
        facts = facts_in(row, told.get(appeal.pk))
        winner = dispatching.choose(order, facts).rule
        kind = _kind(winner, units, appeal.case.owner_id)
        if kind == OTHER or (kind == NONE and appeal.case.owner_id is not None):
            shown.append(Difference(appeal, by_id[winner.key] if winner else None))
    return Differences(shown, len(found.rows), found.newer, found.older)


def never_reached(rules: Sequence[DispatchRule]) -> dict[int, DispatchRule]:
    """Rules that an earlier one of the version provably takes everything from: id -> the earlier rule."""
    by_id = {rule.pk: rule for rule in rules}
    found = dispatching.unreachable([as_rule(rule) for rule in rules], tree())
    return {key: by_id[earlier] for key, earlier in found.items()}


def usage(rules: Sequence[DispatchRule]) -> dict[int, tuple[int, int]]:
    """Per rule how often its advice was taken, and how often it was given, in the area of the post."""
    told: dict[int, tuple[int, int]] = {rule.pk: (0, 0) for rule in rules}
    rows = DispatchAdvice.objects.filter(rule__in=list(told)).values_list("rule_id", "taken")
    for rule_id, taken, count in rows.annotate(count=Count("pk")).order_by():
        before = told[rule_id]
        told[rule_id] = (before[0] + (count if taken else 0), before[1] + count)
    return told
