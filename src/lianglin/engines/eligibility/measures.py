"""One measure's file → `Measure`: every key, date and expression checked, problems noted with their places."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Literal, cast

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.fields import YES_NO, Fields
from lianglin.engines.eligibility.figures import fact_value, figure
from lianglin.engines.eligibility.language import Language
from lianglin.engines.eligibility.package import (
    MOST_CONDITIONS,
    Amount,
    Answer,
    Basis,
    Condition,
    Example,
    Exclusion,
    Measure,
    Nature,
)
from lianglin.engines.eligibility.source import Item, Mapping, Report, Scalar, Spot
from lianglin.engines.eligibility.tree import Truth, Value
from lianglin.engines.eligibility.vocabulary import Level
from lianglin.engines.eligibility.words import Expression, quantity

KEYS = (
    "编号", "名称", "英文名", "主管部门", "对象", "分组", "卫生", "示例", "核实", "依据", "有效", "复核", "条件", "互斥",
    "待遇", "复审", "材料", "去哪申请", "样例",
)  # fmt: skip
LEVELS: dict[str, Level] = {"个人": "person", "家庭": "household"}
GROUPS = ("老", "幼", "残", "业", "医", "学", "住", "军", "困", "其他")
VERIFIED = {mark: mark for mark in ("P", "S", "N", "W", "")}
NATURES: dict[str, Nature] = {"不可变": "fixed", "可办理": "actionable", "认定": "judged"}
EXCLUSIONS: dict[str, Literal["yield", "highest"]] = {"不得同享": "yield", "择高": "highest"}
EVERY: dict[str, Literal["once", "month", "year", ""]] = {"月": "month", "年": "year", "次": "once", "": ""}
STEPS = {"分": 1, "角": 10, "元": 100}
ROUNDINGS: dict[str, Literal["up", "down", "half_up"]] = {
    "四舍五入": "half_up",
    "进一": "up",
    "舍去": "down",
    "向上": "up",
    "向下": "down",
}
ANSWERS: dict[str, Answer] = {"可能符合": "may", "待核实": "unknown", "不符合": "not"}
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def head(item: Item | None, path: str, report: Report) -> tuple[str, Level] | None:
    """A measure's id and level: what other measures must know before any expression is read."""
    spot = Spot(path, 1, 1)
    if not isinstance(item, Mapping):
        report.say(
            item.spot if item else spot, "", "措施文件要写成 键: 值", "A measure is keys and values", KEYS
        )
        return None
    fields = Fields(item, KEYS, report, spot)
    number = fields.text("编号", required=True)
    if number and not _ID.fullmatch(number):
        fields.say(
            fields.spot_of("编号"),
            number,
            "编号只能用小写字母、数字和连字符",
            "Lower-case letters, digits, hyphens",
        )
        return None
    name = path.rsplit("/", 1)[-1].removesuffix(".yaml")
    if number and name and number != name:
        zh, en = f"编号“{number}”与文件名“{name}”不同", f"The id “{number}” is not the file's name"
        fields.say(fields.spot_of("编号"), number, zh, en, (name,))
    level = fields.choice("对象", LEVELS, "个人", required=True)
    return (number, level) if number else None


class MeasureReader:
    """Reads the files of measures, after everything that they may name is known."""

    def __init__(self, language: Language, *, complete: bool) -> None:
        self.language, self.report, self.complete = language, language.report, complete
        self.names: list[str] = []
        facts = language.vocabulary.facts.items()
        levels: tuple[Level, ...] = ("person", "household")
        self.facts = {level: tuple(name for name, fact in facts if fact.level == level) for level in levels}

    def read(self, item: Mapping, number: str, level: Level) -> Measure | None:
        """The measure; None when its conditions cannot be taken."""
        f = Fields(Mapping(item.entries, item.spot), tuple(item.entries), self.report, item.spot)
        conditions = self._conditions(f, level)
        start, end = self._valid(f)
        amount = self._amount(f, level)
        measure = Measure(
            id=number,
            name=f.text("名称", required=True),
            authority=f.text("主管部门", required=True),
            level=level,
            bases=self._bases(f),
            valid_from=start,
            valid_to=end,
            conditions=tuple(condition for condition in conditions if condition is not None),
            name_en=f.text("英文名"),
            exclusions=self._exclusions(f, number),
            amount=amount,
            examples=(),
            groups=self._groups(f),
            health=f.choice("卫生", YES_NO, "否"),
            sample=f.choice("示例", YES_NO, "否"),
            verified=f.choice("核实", VERIFIED, ""),
            review_on=f.day("复核"),
            apply_at=f.text("去哪申请"),
            materials=f.texts("材料"),
            recertify_months=f.whole("复审", 1, 600),
        )
        self._health(f, measure)
        examples = tuple(
            example
            for example in (self._example(one, f.spot) for one in f.items("样例"))
            if example is not None
        )
        measure = replace(measure, examples=examples)
        if self.complete and None not in conditions:
            self._enough(f, measure)
        return measure

    def _expression(self, scalar: Scalar) -> Expression:
        text = scalar.text
        skipped = len(text) - len(text.lstrip())
        return Expression(text.strip(), lambda offset: scalar.at(offset + skipped))

    def _conditions(self, f: Fields, level: Level) -> list[Condition | None]:
        items = f.items("条件", required=True)
        if len(items) > MOST_CONDITIONS:
            zh, en = f"最多{MOST_CONDITIONS}个条件", f"{MOST_CONDITIONS} conditions at most"
            f.say(f.spot_of("条件"), str(len(items)), zh, en)
        found: list[Condition | None] = []
        names = self.names = []
        for item in items[:MOST_CONDITIONS]:
            c = Fields(item, ("名", "英", "式", "性质", "证明", "去哪办"), self.report, f.spot)
            name = c.text("名", required=True)
            if name and name in names:
                c.say(
                    c.spot_of("名"), name, f"条件“{name}”写了两次", f"The condition “{name}” is there twice"
                )
            names.append(name)
            nature = c.choice("性质", NATURES, "不可变", required=True)
            scalar = c.scalar("式", required=True)
            node = self.language.read(self._expression(scalar), level) if scalar is not None else None
            found.append(
                Condition(
                    name,
                    scalar.text.strip(),
                    cast("Truth", node),
                    nature,
                    c.text("英"),
                    c.text("证明"),
                    c.text("去哪办"),
                )
                if node is not None and scalar is not None
                else None
            )
        return found

    def _valid(self, f: Fields) -> tuple[date, date | None]:
        valid = Fields(f.item("有效"), ("自", "至"), self.report, f.spot_of("有效"))
        start, end = valid.day("自", required=True), valid.day("至")
        if start and end and end < start:
            valid.say(valid.spot_of("至"), str(end), "“至”早于“自”", "The end lies before the start")
        return start or date.min, end

    def _bases(self, f: Fields) -> tuple[Basis, ...]:
        bases: list[Basis] = []
        for item in f.items("依据", required=True):
            b = Fields(item, ("文件", "条", "链接", "原文"), self.report, f.spot)
            bases.append(Basis(b.text("文件", required=True), b.text("条"), b.text("链接"), b.text("原文")))
        return tuple(bases)

    def _groups(self, f: Fields) -> tuple[str, ...]:
        for scalar in f.scalars("分组"):
            if scalar.text not in GROUPS:
                f.say(
                    scalar.spot, scalar.text, f"没有“{scalar.text}”这个分组", "There is no such group", GROUPS
                )
        return f.texts("分组")

    def _exclusions(self, f: Fields, number: str) -> tuple[Exclusion, ...]:
        found: list[Exclusion] = []
        for item in f.items("互斥"):
            e = Fields(item, ("方式", "与"), self.report, f.spot)
            kind = e.choice("方式", EXCLUSIONS, "不得同享", required=True)
            others = e.scalars("与", required=True)
            for other in others:
                if other.text == number or other.text not in self.language.measures:
                    known = [one for one in self.language.measures if one != number]
                    zh, en = f"没有编号为“{other.text}”的其他措施", "There is no other measure of this id"
                    e.say(other.spot, other.text, zh, en, self.report.near(other.text, known))
            found.append(Exclusion(kind, tuple(other.text for other in others)))
        return tuple(found)

    def _amount(self, f: Fields, level: Level) -> Amount:
        if f.item("待遇") is None:
            return Amount(None)
        a = Fields(f.item("待遇"), ("金额", "周期", "取整", "说明", "英"), self.report, f.spot)
        scalar = a.scalar("金额")
        every = a.choice("周期", EVERY, "", required=scalar is not None)
        r = Fields(a.item("取整"), ("单位", "方式"), self.report, a.spot_of("取整"))
        step, how = r.choice("单位", STEPS, "分"), r.choice("方式", ROUNDINGS, "四舍五入")
        node = self.language.read(self._expression(scalar), level, "money") if scalar is not None else None
        value = None if node is None else tree.Rounded(cast("Value", node), step, how)
        return Amount(value, scalar.text.strip() if scalar else "", every, a.text("说明"), a.text("英"))

    def _health(self, f: Fields, measure: Measure) -> None:
        if measure.health:
            return
        columns = {getattr(node, "column", "") for c in measure.conditions for node in tree.walk(c.truth)}
        if measure.amount.value is not None:
            columns |= {getattr(node, "column", "") for node in tree.walk(measure.amount.value)}
        named = [
            fact.name
            for fact in self.language.vocabulary.facts.values()
            if fact.health and fact.column in columns
        ]
        if named:
            zh = f"用到卫生数据（{named[0]}），要写 卫生: 是"
            f.say(f.spot_of("卫生"), named[0], zh, "It rests on health data: say so", ("卫生: 是",))

    # --- worked examples -----------------------------------------------------------------------------------------

    def _example(self, item: Item, spot: Spot) -> Example | None:
        keys = ("名", "日期", "成员", "家庭", "地区", "参数", "结果", "未满足", "待核", "金额")
        e = Fields(item, keys, self.report, spot)
        on, name = e.day("日期", required=True), e.text("名", required=True)
        answer = e.choice("结果", ANSWERS, "可能符合", required=True)
        members = tuple(self._facts(one, "person", e.spot) for one in e.items("成员", required=True))
        household = self._facts(e.item("家庭"), "household", e.spot)
        if on is None:
            return None
        amount = e.scalar("金额")
        money = quantity(amount.text) if amount else None
        if amount and (money is None or not (money[1] or money[0] == 0)):
            e.say(
                amount.spot, amount.text, f"“{amount.text}”不是金额", "This is not money", ("100元", "9000分")
            )
        return Example(
            name, on, answer, members, household, e.text("地区"),
            self._named(e, "未满足"), self._named(e, "待核"),
            int(money[0]) if money else None, self._parameters(e),
        )  # fmt: skip

    def _named(self, e: Fields, key: str) -> tuple[str, ...] | None:
        if key not in e.entries:
            return None
        names = self.names
        for scalar in e.scalars(key):
            if scalar.text not in names:
                e.say(
                    scalar.spot,
                    scalar.text,
                    f"没有名为“{scalar.text}”的条件",
                    "There is no such condition",
                    tuple(names),
                )
        return e.texts(key)

    def _facts(self, item: Item | None, level: Level, spot: Spot) -> tuple[tuple[str, object], ...]:
        facts = self.language.vocabulary.facts
        names = self.facts[level]
        f = Fields(item, names, self.report, spot)
        return tuple(
            (key.text, fact_value(facts[key.text], value, self.report))
            for key, value in f.entries.values()
            if key.text in names
        )

    def _parameters(self, e: Fields) -> tuple[tuple[str, int | None], ...]:
        found: list[tuple[str, int | None]] = []
        known = self.language.vocabulary.parameters
        for key, item in e.pairs("参数"):
            parameter = known.get(key.text)
            if parameter is None or not isinstance(item, Scalar):
                zh = f"没有“{key.text}”这个参数"
                e.say(key.spot, key.text, zh, "There is no such parameter", self.report.near(key.text, known))
                continue
            kind = "date" if parameter.kind == "date" else "money" if parameter.money else "number"
            value = figure(item, kind, self.report)
            scaled = None if value is None else value * (10**parameter.scale if kind == "number" else 1)
            if scaled is not None and scaled.denominator != 1:
                zh, en = f"“{key.text}”最多{parameter.scale}位小数", f"{parameter.scale} decimals at most"
                e.say(item.spot, item.text, zh, en)
            found.append((key.text, None if scaled is None else int(scaled)))
        return tuple(found)

    def _enough(self, f: Fields, measure: Measure) -> None:
        """One example qualifies, one is unknown, and one fails for each condition: else nothing shows that it is right."""
        spot = f.spot_of("样例")
        answers = {example.answer for example in measure.examples}
        shown = {
            name for example in measure.examples for name in example.failed or () if example.answer == "not"
        }
        missing = [
            (word, f"样例中少一个“{word}”的", f"No example says {answer}")
            for word, answer in ANSWERS.items()
            if answer in ("may", "unknown") and answer not in answers
        ]
        missing += [
            (c.name, f"样例中少一个不满足“{c.name}”的", f"No example fails “{c.name_en or c.name}”")
            for c in measure.conditions
            if c.name not in shown
        ]
        for word, zh, en in missing:
            self.report.say(spot, word, zh, en, kind="missing example")
