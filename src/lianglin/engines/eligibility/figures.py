"""parameters.yaml and definitions.yaml, and how single values are written in a package."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from lianglin.engines.eligibility.fields import YES_NO, Fields
from lianglin.engines.eligibility.package import Definition
from lianglin.engines.eligibility.source import Item, Mapping, Report, Scalar, Sequence, Spot
from lianglin.engines.eligibility.typed import days_of
from lianglin.engines.eligibility.vocabulary import Fact, Parameter, ParameterValue
from lianglin.engines.eligibility.words import RESERVED, normal, quantity

TO_BE_ENTERED = "待填"
UNKNOWN = ("未知", "待核", TO_BE_ENTERED)
KINDS: dict[str, Literal["money", "number", "date"]] = {"金额": "money", "数值": "number", "日期": "date"}
MOST_DECIMALS = 6
_LARGEST = 10**15


def parameters_of(item: Item | None, facts: dict[str, Fact], report: Report, path: str) -> list[Parameter]:
    """All dated parameters of a package."""
    found: list[Parameter] = []
    if item is not None and not isinstance(item, Mapping):
        report.say(item.spot, "", "参数文件要写成 名称: {…}", "Names and parameters are wanted here")
        return found
    for key, held in item.entries.values() if item is not None else ():
        if free_name(key, facts, {}, report):
            found.append(_parameter(key, held, report))
    return found


def free_name(key: Scalar, facts: dict[str, Fact], parameters: dict[str, Parameter], report: Report) -> bool:
    """Whether a parameter or definition may be called so."""
    name = normal(key.text)
    taken = name in RESERVED or name in facts or name in parameters
    if taken or name != key.text or not name.replace("·", "").isidentifier():
        zh = "已有别的用处" if taken else "只能用汉字、字母、数字和下划线，不能以数字开头"
        en = "is taken" if taken else "may hold letters, digits and _ only, and starts with a letter"
        report.say(key.spot, key.text, f"名称“{key.text}”{zh}", f"The name “{key.text}” {en}")
        return False
    return True


def _parameter(key: Scalar, held: Item, report: Report) -> Parameter:
    fields = Fields(held, ("英文名", "单位", "类型", "小数", "值"), report, key.spot)
    kind = fields.choice("类型", KINDS, "数值", required=True)
    raw = [_value(item, kind, report, key.spot) for item in fields.items("值")]
    scale = fields.whole("小数", 0, MOST_DECIMALS) or 0
    if kind == "number":
        scale = max([scale, *(_decimals(value) for _, value in raw if value is not None)])
        if scale > MOST_DECIMALS:
            report.say(key.spot, key.text, f"最多{MOST_DECIMALS}位小数", f"{MOST_DECIMALS} decimals at most")
            scale = MOST_DECIMALS
    factor = 10**scale if kind == "number" else 1
    values = [
        ParameterValue(
            dated.area,
            dated.from_on,
            dated.to_on,
            None if value is None else int(value * factor),
            dated.document,
        )
        for dated, value in raw
    ]
    values.sort(key=lambda v: (v.area, v.from_on))
    for before, after in pairwise(values):
        if before.area == after.area and (before.to_on is None or after.from_on <= before.to_on):
            zh = f"“{key.text}”在地区“{after.area}”自{after.from_on}的值与前一个日期重叠：前一个要写“至”"
            report.say(
                fields.spot_of("值"),
                key.text,
                zh,
                f"Values of {key.text} overlap from {after.from_on} in area “{after.area}”",
            )
    return Parameter(
        key.text, fields.text("英文名"), "date" if kind == "date" else "number", kind == "money",
        scale if kind == "number" else 0, fields.text("单位"), tuple(values),
    )  # fmt: skip


def _value(item: Item, kind: str, report: Report, spot: Spot) -> tuple[ParameterValue, Fraction | None]:
    fields = Fields(item, ("地区", "自", "至", "值", "文号"), report, spot)
    start = fields.day("自", required=True) or date.min
    end = fields.day("至")
    if end is not None and end < start:
        fields.say(fields.spot_of("至"), str(end), "“至”早于“自”", "The end lies before the start")
    area = fields.text("地区")
    if area and not (area.isascii() and area.isdigit()):
        fields.say(
            fields.spot_of("地区"),
            area,
            "地区要写区划代码的开头",
            "The first digits of a division code",
            ("", "2101"),
        )
    scalar = fields.scalar("值")
    value = None if scalar is None else figure(scalar, kind, report)
    return ParameterValue(area, start, end, None, fields.text("文号")), value


def figure(scalar: Scalar, kind: str, report: Report) -> Fraction | None:
    """A parameter's value: fen, a number or days; None where it is 待填 or wrong."""
    word = normal(scalar.text.strip())
    if word in UNKNOWN:
        return None
    if kind == "date":
        try:
            return Fraction(days_of(date.fromisoformat(word if len(word) == 10 else "")))
        except ValueError:
            report.say(
                scalar.spot, word, f"“{word}”不是日期", "This is not a date", ("2026-01-01", TO_BE_ENTERED)
            )
            return None
    found = quantity(word)
    is_money = found is not None and found[1]
    if found is None or (is_money != (kind == "money") and found[0] != 0) or abs(found[0]) > _LARGEST:
        wanted = ("1000元", TO_BE_ENTERED) if kind == "money" else ("1.5", "30%", TO_BE_ENTERED)
        what = "金额（元或分）" if kind == "money" else "数"
        report.say(scalar.spot, word, f"“{word}”不是{what}", "A figure with its unit is wanted", wanted)
        return None
    return found[0]


def _decimals(value: Fraction) -> int:
    places = 0
    while (value * 10**places).denominator != 1 and places <= MOST_DECIMALS:
        places += 1
    return places


def fact_value(fact: Fact, item: Item, report: Report) -> object:
    """A fact's value in a worked example: int (fen, times 10**scale), date, bool, or the code; None where unknown."""
    if isinstance(item, Sequence | Mapping):
        report.say(item.spot, fact.name, "这里要一个值", "One value is wanted here")
        return None
    word = normal(item.text.strip())
    if not word or word in UNKNOWN:
        return None
    if fact.kind == "flag":
        if word not in YES_NO:
            report.say(
                item.spot, word, f"“{fact.name}”要写 是 或 否", f"{fact.name} is 是 or 否", ("是", "否")
            )
        return YES_NO.get(word)
    if fact.kind == "code":
        for code, labels in fact.values.items():
            if word in (normal(code), normal(labels[0])):
                return code
        labels_of = [label for label, _ in fact.values.values()]
        report.say(
            item.spot,
            word,
            f"“{fact.name}”没有“{word}”这个值",
            "No such value",
            report.near(word, labels_of, 8),
        )
        return None
    if fact.kind == "date":
        value = figure(item, "date", report)
        return None if value is None else date.fromisoformat(word)
    value = figure(item, "money" if fact.money else "number", report)
    if value is None:
        return None
    scaled = value * (1 if fact.money else 10**fact.scale)
    if scaled.denominator != 1:
        report.say(item.spot, word, f"“{fact.name}”最多{fact.scale}位小数", f"{fact.scale} decimals at most")
        return None
    return int(scaled)


def definitions_of(
    item: Item | None, facts: dict[str, Fact], parameters: dict[str, Parameter], report: Report
) -> dict[str, tuple[Definition, Scalar]]:
    """Definitions by name, with the text's place."""
    found: dict[str, tuple[Definition, Scalar]] = {}
    if item is not None and not isinstance(item, Mapping):
        report.say(item.spot, "", "释义文件要写成 名称: {式: …}", "Names and definitions are wanted here")
        return found
    for key, held in item.entries.values() if item is not None else ():
        fields = Fields(held, ("式", "英文名"), report, key.spot)
        scalar = fields.scalar("式", required=True)
        if free_name(key, facts, parameters, report) and scalar is not None:
            found[key.text] = (Definition(key.text, scalar.text.strip(), fields.text("英文名")), scalar)
    return found
