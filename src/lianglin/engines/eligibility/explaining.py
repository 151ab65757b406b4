"""A result in words, Chinese and English: each condition with its facts, their sources and dates; what is one step away.

Masks are what is kept of a run; words are made here when somebody looks. No name of a person goes in or comes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.evaluating import Evaluator, Household, Known
from lianglin.engines.eligibility.language import Language
from lianglin.engines.eligibility.package import Amount, Answer, Condition, Measure, Nature, Package
from lianglin.engines.eligibility.saying import FactLine, ParameterLine, Reader, Sayer
from lianglin.engines.eligibility.source import Report, Spot
from lianglin.engines.eligibility.tree import Node
from lianglin.engines.eligibility.vocabulary import Level
from lianglin.engines.eligibility.wording import NOT_ENTERED, Words, day, join, yuan
from lianglin.engines.eligibility.words import Expression

__all__ = [
    "Away", "ConditionLine", "Explainer", "Explanation", "FactLine", "Household", "Known", "ParameterLine", "Words",
]  # fmt: skip

State = Literal["holds", "fails", "unknown"]
STATES: dict[State, Words] = {
    "holds": Words("符合", "fulfilled"),
    "fails": Words("不符合", "not fulfilled"),
    "unknown": Words("待核实", "unknown"),
}
_EVERY = {
    "month": Words("每月{}", "{} a month"),
    "year": Words("每年{}", "{} a year"),
    "once": Words("一次性{}", "{} once"),
}


@dataclass(frozen=True)
class ConditionLine:
    """One condition. ``said``: its expression with the real values; ``missing``: what is not known, where it is unknown."""

    name: Words
    state: State
    text: str
    said: Words
    nature: Nature
    proof: str
    where: str
    facts: tuple[FactLine, ...]
    parameters: tuple[ParameterLine, ...]
    missing: tuple[Words, ...]
    bit: int


@dataclass(frozen=True)
class Away:
    """One step away. ``fact``: one condition is unknown, the rest holds. ``document``: one fails and can be arranged
    (可办理). ``standard``: only a local standard that the authority has not entered. Never somebody's age.
    """

    kind: Literal["fact", "document", "standard"]
    condition: Words
    said: Words
    proof: str = ""
    where: str = ""


@dataclass(frozen=True)
class Explanation:
    """What one measure means for one household or person."""

    measure: str
    answer: Answer
    headline: Words
    conditions: tuple[ConditionLine, ...]
    away: Away | None
    amount: Words
    exclusions: tuple[Words, ...]
    on: date


class Explainer:
    """Explains results of one package. Cheap to keep; safe to share."""

    def __init__(self, package: Package) -> None:
        self.package, self.by_id = package, package.by_id()
        self.reader = Reader(package, _definitions(package))

    def explain(
        self,
        measure: str,
        home: Household,
        *,
        failed: int | None = None,
        unknown: int | None = None,
        amount: int | None = None,
        excluded_by: str = "",
    ) -> Explanation:
        """Words for one measure. ``failed`` and ``unknown`` are a run's masks; without them the facts are looked at again.

        ``amount``: fen of the run; ``excluded_by``: id of the measure that is taken instead. KeyError for an unknown id.
        """
        held = self.by_id[measure]
        sayer = Sayer(self.reader, home)
        states = self._states(held, sayer.evaluator, failed, unknown)
        lines = tuple(
            self._condition(sayer, condition, state, bit)
            for bit, (condition, state) in enumerate(zip(held.conditions, states, strict=True))
        )
        valid = held.valid_from <= home.on and (held.valid_to is None or home.on <= held.valid_to)
        answer: Answer = (
            "not" if "fails" in states or not valid else "unknown" if "unknown" in states else "may"
        )
        return Explanation(
            measure=measure,
            answer=answer,
            headline=_headline(held, answer, lines, valid=valid),
            conditions=lines,
            away=_away(lines) if valid and answer != "may" else None,
            amount=self._amount(held, sayer, amount) if answer == "may" else Words("", ""),
            exclusions=self._exclusions(held, excluded_by),
            on=home.on,
        )

    def _states(
        self, measure: Measure, evaluator: Evaluator, failed: int | None, unknown: int | None
    ) -> list[State]:
        if failed is None or unknown is None:
            answers = [evaluator.truth(c.truth, evaluator.home.asked) for c in measure.conditions]
            return ["unknown" if answer is None else "holds" if answer else "fails" for answer in answers]
        return [
            "fails" if failed >> bit & 1 else "unknown" if unknown >> bit & 1 else "holds"
            for bit in range(len(measure.conditions))
        ]

    def _condition(self, sayer: Sayer, condition: Condition, state: State, bit: int) -> ConditionLine:
        node = condition.truth
        facts, parameters = sayer.facts(node), sayer.parameters(node)
        missing = tuple(sayer.missing(node, sayer.home.asked)) if state == "unknown" else ()
        return ConditionLine(
            Words(condition.name, condition.name_en or condition.name), state, condition.text,
            sayer.truth(node, sayer.home.asked), condition.nature, condition.proof, condition.where, facts, parameters,
            tuple(dict.fromkeys(missing)), bit,
        )  # fmt: skip

    def _amount(self, measure: Measure, sayer: Sayer, fen: int | None) -> Words:
        amount = measure.amount
        if amount.value is None:
            return Words(amount.said, amount.said_en or amount.said)
        if fen is None:
            value = sayer.evaluator.value(amount.value, sayer.home.asked)
            fen = None if value is None else int(value)
        if fen is not None:
            return _with_note(amount, yuan(fen))
        lacks = [p.name for p in sayer.parameters(amount.value) if p.value is None]
        missing = lacks or [f.name for f in sayer.facts(amount.value) if f.value is None]
        why = join(missing, "、", ", ")
        note = NOT_ENTERED.inside("：{}", ": {}") if lacks else Words("未知", " unknown")
        return Words(f"金额待定（{why.zh}{note.zh}）", f"amount not known yet ({why.en}{note.en})")

    def _exclusions(self, measure: Measure, excluded_by: str) -> tuple[Words, ...]:
        found: list[Words] = []
        for exclusion in measure.exclusions:
            names = join(
                [_title(self.by_id[number]) for number in exclusion.others if number in self.by_id],
                "、",
                ", ",
            )
            if exclusion.kind == "yield":
                zh, en = (
                    "与{}不得同享：能享受其中一项的，不再享受本项",
                    "Not together with {}: whoever gets one of them does not get this",
                )
            else:
                zh, en = "与{}择高享受", "Of this and {}, the highest is paid"
            found.append(names.inside(zh, en))
        if excluded_by in self.by_id:
            other = self.by_id[excluded_by]
            secret = (
                other.health and not measure.health
            )  # whoever may read this one may not know of the other
            title = Words("另一项待遇", "another benefit") if secret else _title(other)
            found.append(title.inside("目前应享受的是{}，本项不再享受", "{} is given instead of this one"))
        return tuple(found)


def _definitions(package: Package) -> dict[Node, Words]:
    """Definitions by their trees, so that a reader sees their names again. Those that only rename a fact are left out."""
    report = Report()
    texts = {d.name: Expression(d.text, lambda offset: Spot("", 0, offset)) for d in package.definitions}
    levels: dict[str, Level] = {measure.id: measure.level for measure in package.measures}
    language = Language(package.vocabulary, report, texts, levels)
    found: dict[Node, Words] = {}
    for definition in package.definitions:
        typed = language.definition(definition.name)
        if typed is not None and any(True for _ in tree.parts(typed.node)):
            found.setdefault(typed.node, Words(definition.name, definition.name_en or definition.name))
    return found


def _title(measure: Measure) -> Words:
    return Words(f"《{measure.name}》", f"“{measure.name_en or measure.name}”")


def _with_note(amount: Amount, fen: Words) -> Words:
    said = fen.inside(*((_EVERY[amount.every].zh, _EVERY[amount.every].en) if amount.every else ("{}", "{}")))
    note = amount.said and f"（{amount.said}）"
    note_en = (amount.said_en or amount.said) and f" ({amount.said_en or amount.said})"
    return Words(said.zh + note, said.en + note_en)


def _headline(measure: Measure, answer: Answer, lines: tuple[ConditionLine, ...], *, valid: bool) -> Words:
    if not valid:
        start = day(measure.valid_from)
        end = day(measure.valid_to) if measure.valid_to else Words("", "")
        until = end.inside("至{}", " to {}") if end else end
        return Words(
            f"不在有效期内（自{start.zh}{until.zh}）", f"Not in force on this day (from {start.en}{until.en})"
        )
    if answer == "may":
        return Words(f"可能符合，由{measure.authority}认定", f"May qualify; {measure.authority} decides")
    if answer == "not":
        names = join([line.name for line in lines if line.state == "fails"], "、", ", ")
        return names.inside("不符合：{}", "Does not qualify: {}")
    missing = list(dict.fromkeys(word for line in lines for word in line.missing))
    names = join(missing or [line.name for line in lines if line.state == "unknown"], "、", ", ")
    return names.inside("待核实：还缺 {}", "Unknown; still missing: {}")


def _away(lines: tuple[ConditionLine, ...]) -> Away | None:
    open_lines = [line for line in lines if line.state != "holds"]
    if len(open_lines) != 1:
        return None
    line = open_lines[0]
    if line.state == "fails":
        if line.nature != "actionable":
            return None
        paper = line.proof or line.name.zh
        said = Words(
            f"只差一步：办理{paper}" + (f"，去{line.where}办" if line.where else ""),
            f"One step away: {line.name.en}, which can be arranged ({paper}{'; at ' + line.where if line.where else ''})",
        )
        return Away("document", line.name, said, line.proof, line.where)
    if line.missing and all(fact.value is not None for fact in line.facts):
        names = join([p.name for p in line.parameters if p.value is None], "、", ", ")
        said = names.inside("只差地方标准未录入：{}", "Only a local standard is not entered yet: {}")
        return Away("standard", line.name, said)
    missing = join(list(line.missing), "、", ", ")
    if len(line.missing) == 1:
        said = missing.inside("只差一项信息：{}", "One fact away: {}")
    else:
        said = Words(
            f"只差一个条件待核实：{line.name.zh}" + (f"（缺{missing.zh}）" if missing else ""),
            f"One condition away: {line.name.en}" + (f" (missing: {missing.en})" if missing else ""),
        )
    return Away("fact", line.name, said, line.proof, line.where)
