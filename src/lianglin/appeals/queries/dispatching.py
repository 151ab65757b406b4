"""What the rules in force say of an appeal: which unit, by which rule, and why not by those before it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from lianglin.access.actor import Actor
from lianglin.access.models import Organisation
from lianglin.appeals.models import Appeal, DispatchRule, RuleSet
from lianglin.appeals.queries import catalogue
from lianglin.appeals.queries.questions import answers_of
from lianglin.appeals.queries.rule_flaws import Checked, checked
from lianglin.appeals.rules import dispatching
from lianglin.appeals.rules.dispatching import Facts, Rule, Tree
from lianglin.cases.models import Case
from lianglin.kit import clock


def areas_over(scope_code: str) -> list[str]:
    """The areas that hold a place, the narrowest first: itself, its street, district, city, and the whole."""
    found = [scope_code[:width] for width in (12, 9, 6, 4) if len(scope_code) >= width]
    return [*found, ""]


def in_force(sets: QuerySet[RuleSet], day: date) -> QuerySet[RuleSet]:
    """Of these versions the one in force on a day, for each area that has one."""
    approved = sets.filter(state=RuleSet.State.APPROVED, in_force_from__lte=day)
    return approved.order_by("scope_code", "-in_force_from", "-version").distinct("scope_code")


@dataclass(frozen=True)
class PassedOver:
    """A rule before the one that fits, and the first of its conditions that did not hold."""

    rule: DispatchRule
    condition: dispatching.Condition


@dataclass(frozen=True)
class Advice:
    """The rule that fits an appeal, and what it gives. With ``wrong`` it cannot be followed: the rule must be corrected."""

    rule: DispatchRule
    unit: Organisation
    co_units: tuple[Organisation, ...]
    wrong: tuple[str, ...]
    passed: tuple[PassedOver, ...]


class RuleBook:
    """The rules in force of several areas, read once for a page."""

    def __init__(self, rules: Sequence[DispatchRule]) -> None:
        self.by_id = {rule.pk: rule for rule in rules}
        self.by_area: dict[str, list[Rule]] = {}
        for rule in rules:
            self.by_area.setdefault(rule.rule_set.scope_code, []).append(as_rule(rule))
        self.checked: Checked = checked(rules)
        self.asks = asks(self.by_area.values())

    def __bool__(self) -> bool:
        return bool(self.by_id)

    def wrong(self) -> list[tuple[DispatchRule, list[str]]]:
        """The rules that have become wrong, each with what is wrong."""
        return [(rule, wrong) for rule in self.by_id.values() if (wrong := self.checked.wrong_with(rule))]

    def advice(self, facts: Facts) -> Advice | None:
        """What the rules say: those of the narrowest area first; None where none fits."""
        rules = [rule for area in areas_over(facts.scope_code) for rule in self.by_area.get(area, [])]
        choice = dispatching.choose(rules, facts)
        if choice.rule is None:
            return None
        rule = self.by_id[choice.rule.key]
        return Advice(
            rule=rule,
            unit=rule.unit,
            co_units=tuple(self.checked.co_units(rule)),
            wrong=tuple(self.checked.wrong_with(rule)),
            passed=tuple(PassedOver(self.by_id[p.rule.key], p.condition) for p in choice.passed),
        )


def as_rule(rule: DispatchRule) -> Rule:
    """A rule's row as the evaluation takes it."""
    return Rule(rule.pk, tuple(rule.conditions))


def book(sets: QuerySet[RuleSet]) -> RuleBook:
    """The rules of those of these versions that are in force today. Two queries, one where there are no rules."""
    chosen = in_force(sets, clock.today()).values("pk")
    rules = DispatchRule.objects.filter(rule_set__in=chosen).select_related("rule_set", "unit")
    return RuleBook(list(rules.order_by("rule_set_id", "position")))


def book_of(actor: Actor) -> RuleBook:
    """The rules in force that concern a post: for its area, above it and within it."""
    return book(sets_near(actor))


def asks(orders: Iterable[Sequence[Rule]]) -> bool:
    """Whether any of these rules looks at an answer to an extra question."""
    return any(one.get("on") == "answer" for rules in orders for rule in rules for one in rule.conditions)


def facts_of(case_ids: Sequence[int], actor: Actor, *, answers: bool = False) -> dict[int, Facts]:
    """What the rules look at, by case id; one query, one more with ``answers``."""
    rows = Appeal.objects.visible_to(actor, purpose=actor.work_purpose).filter(pk__in=case_ids)
    told = answers_of(case_ids, actor) if answers else {}
    return {row[0]: _facts(row, told.get(row[0])) for row in rows.values_list(*FACTS)}


FACTS = (
    "case_id", "scope_code", "channel", "opened_at", "item__code", "item__category__code", "item__category__field__code",
)  # fmt: skip
"""Columns of an appeal that the rules look at."""


def _facts(row: tuple, answers: Mapping[str, frozenset[str]] | None = None) -> Facts:
    _case, scope_code, channel, opened_at, item, category, field = row[:7]
    return Facts(
        item or "", category or "", field or "", scope_code, channel, clock.local(opened_at), answers or {}
    )


facts_in = _facts
"""Facts from a row of :data:`FACTS`, whatever follows it."""


def advice_for(case: Case, actor: Actor) -> Advice | None:
    """What the rules in force say of one appeal; None where there are no rules, or none fits."""
    known = book(RuleSet.objects.filter(scope_code__in=areas_over(case.scope_code)))
    return advice_for_each([case], actor, known).get(case.pk)


def advice_for_each(found: Sequence[Case], actor: Actor, known: RuleBook) -> Mapping[int, Advice]:
    """What these rules say of each of these appeals, by case id; one query, none where there are no rules."""
    if not (known and found):
        return {}
    told = {
        pk: known.advice(facts)
        for pk, facts in facts_of([case.pk for case in found], actor, answers=known.asks).items()
    }
    return {pk: advice for pk, advice in told.items() if advice is not None}


def sets_near(actor: Actor) -> QuerySet[RuleSet]:
    """The versions that concern a post: of its own area, of those that hold it, of those within. Page it by ("-id",)."""
    within = Q(scope_code__gte=actor.low, scope_code__lt=actor.high)
    return RuleSet.objects.filter(Q(scope_code__in=areas_over(actor.low)) | within)


def tree() -> Tree:
    """The catalogue in force as the evaluation takes it; from memory."""
    known = catalogue.choices()
    return Tree(
        items={i.code: (i.category.code, i.category.field.code) for i in known.by_code.values()},
        categories={c.code: c.field.code for classes in known.categories.values() for c in classes},
    )
