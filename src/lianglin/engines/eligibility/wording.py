"""Names and values in the reader's language: Chinese and English, both at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.package import Measure
from lianglin.engines.eligibility.tree import Node, Truth, Value
from lianglin.engines.eligibility.typed import Kind, day_of
from lianglin.engines.eligibility.unparsing import Unparser, decimal, money
from lianglin.engines.eligibility.vocabulary import Fact, Vocabulary

ENGLISH = {
    "and": " and ", "or": " or ", "not": "not ", "in": "is one of", "not in": "is none of", "any": "for some member",
    "every": "for every member", "age": "age", "today": "today", "days": "full days since", "months": "full months since",
    "years": "full years since", "max": "the greatest of", "min": "the least of", "grade": "by grade", "total": "the sum of",
    "count": "the number of members",
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """The same in Chinese and English."""

    zh: str
    en: str

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)

    def inside(self, zh: str, en: str) -> Words:
        """Put into sentences that hold one ``{}`` each."""
        return Words(zh.format(self.zh), en.format(self.en))


UNKNOWN = Words("未知", "unknown")
NOT_ENTERED = Words("地方标准未录入（待填）", "local standard not entered")
YES, NO = Words("是", "yes"), Words("否", "no")
REQUIRED: dict[str, tuple[Words, Words]] = {
    "<": (Words("低于", "below"), Words("早于", "before")),
    "<=": (Words("不高于", "at most"), Words("不晚于", "not after")),
    ">": (Words("高于", "above"), Words("晚于", "after")),
    ">=": (Words("不低于", "at least"), Words("不早于", "not before")),
    "=": (Words("等于", "equal to"), Words("是", "on")),
    "<>": (Words("不等于", "other than"), Words("不是", "not on")),
}
"""What a comparison asks for: of numbers, of days."""
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "<>": "<>"}


def join(words: list[Words], zh: str, en: str) -> Words:
    """Several, with a separator in each language."""
    return Words(zh.join(w.zh for w in words), en.join(w.en for w in words))


def listed(words: list[Words]) -> Words:
    """One of several: A、B或C."""
    first = join(words[:-1], "、", ", ")
    last = words[-1]
    return Words(f"{first.zh}或{last.zh}", f"{first.en} or {last.en}") if first else last


def day(on: date) -> Words:
    """A date."""
    return Words(f"{on.year}年{on.month}月{on.day}日", on.isoformat())


def yuan(fen: int) -> Words:
    """Money."""
    return Words(money(fen), f"{money(fen).removesuffix('元')} yuan")


def value_of(value: Fraction, kind: Kind, unit: str = "") -> Words:
    """A value as people read it; what is no decimal of two places is rounded and says so (约)."""
    if kind == "date":
        return day(day_of(int(value)))
    about = "" if (value if kind == "money" else value * 100).denominator == 1 else "约"
    about_en = "about " if about else ""
    if kind == "money":
        said = yuan(round(value))
        return Words(about + said.zh, about_en + said.en)
    shown = decimal(Fraction(round(value * 100), 100)) or "0"
    return Words(about + shown + unit, about_en + shown)


def fact_value(fact: Fact, value: object) -> Words:
    """A fact's value as it is kept: int, date, bool or code."""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, date):
        return day(value)
    if fact.kind == "code":
        labels = fact.values.get(str(value), (str(value), str(value)))
        return Words(labels[0], labels[1] or labels[0])
    number = Fraction(int(str(value)), 10**fact.scale)
    return value_of(number, "money" if fact.money else "number", unit_of(fact))


def unit_of(fact: Fact) -> str:
    """The unit that is said after a number; money says its own."""
    return "" if fact.money or fact.kind != "number" else fact.unit


class Named(Unparser):
    """Writes trees for a reader: definitions by their names again, other measures by theirs."""

    def __init__(
        self, vocabulary: Vocabulary, named: Mapping[Node, Words], measures: Mapping[str, Measure]
    ) -> None:
        super().__init__(vocabulary)
        self.named, self.measures = named, measures

    def value(self, node: Value, kind: Kind, binding: int = 0) -> str:
        """A value, by its definition's name where it has one."""
        name = self.name(node)
        return name if name else super().value(node, kind, binding)

    def truth(self, node: Truth) -> str:
        """A truth, by its definition's name where it has one."""
        name = self.name(node)
        return name if name else super().truth(node)

    def name(self, node: Node) -> str:
        """A definition's name."""
        raise NotImplementedError

    def best(self, left: Value, right: Value) -> Kind:
        """What two values that are compared are."""
        return self._best([left, right])


class Chinese(Named):
    """In Chinese, as it is said rather than as a rule is written."""

    def truth(self, node: Truth) -> str:
        """A truth; what is asked of members in plain words."""
        if isinstance(node, tree.AnyMember | tree.EveryMember) and node not in self.named:
            whole = "家中" if node.where is None else f"家中（{self.truth(node.where)}）的成员"
            return f"{whole}{'至少一人' if isinstance(node, tree.AnyMember) else '每人都'}（{self.truth(node.of)}）"
        return super().truth(node)

    def value(self, node: Value, kind: Kind, binding: int = 0) -> str:
        """A value; what is computed in plain words."""
        if node in self.named:
            return self.name(node)
        match node:
            case tree.Since(_, then):
                return f"{self.value(then, 'date')}至今"
            case tree.Total(of, where):
                return f"{self._whose(where)}{self.value(of, kind, 3)}合计"
            case tree.Count(where):
                return f"{self._whose(where)}人数"
            case tree.Extreme(op, of):
                said = "、".join(self.value(one, kind) for one in of)
                return f"{said}中{'最高' if op == 'max' else '最低'}的"
            case _:
                return super().value(node, kind, binding)

    def _whose(self, where: Truth | None) -> str:
        return "全家" if where is None else f"家中（{self.truth(where)}）的成员"

    def _among(self, node: tree.Among, one: str, many: str) -> str:
        fact = self.facts[node.column]
        said = listed([Words(self.label(fact, place), "") for place in node.places])
        return f"{fact.name}{'为' if one == '=' else '不为'}{said.zh}"

    def name(self, node: Node) -> str:
        """A definition's name."""
        return self.named[node].zh if node in self.named else ""

    def measure(self, number: str) -> str:
        """Another measure's conditions."""
        return f"符合《{self.measures[number].name}》的条件"

    def label(self, fact: Fact, place: int) -> str:
        """A code's label."""
        return list(fact.values.values())[place][0]

    def day(self, days: int) -> str:
        """A day."""
        return day(day_of(days)).zh


class English(Named):
    """In English."""

    words = ENGLISH

    def name(self, node: Node) -> str:
        """A definition's name."""
        return self.named[node].en if node in self.named else ""

    def fact(self, column: str) -> str:
        """A fact's name."""
        fact = self.facts[column]
        return fact.name_en or fact.name

    def parameter(self, name: str) -> str:
        """A parameter's name."""
        return self.parameters[name].name_en or name

    def measure(self, number: str) -> str:
        """Another measure's conditions."""
        other = self.measures[number]
        return f"fulfils the conditions of “{other.name_en or other.name}”"

    def label(self, fact: Fact, place: int) -> str:
        """A code's label."""
        zh, en = list(fact.values.values())[place]
        return en or zh

    def money(self, fen: int) -> str:
        """Money."""
        return yuan(fen).en

    def day(self, days: int) -> str:
        """A day."""
        return day(day_of(days)).en
