"""`Package` → YAML texts, in one canonical form: what `read` takes, and what a digest is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import yaml

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.figures import TO_BE_ENTERED
from lianglin.engines.eligibility.measures import (
    ANSWERS,
    EVERY,
    EXCLUSIONS,
    LEVELS,
    NATURES,
    ROUNDINGS,
    STEPS,
)
from lianglin.engines.eligibility.package import Amount, Example, Measure, Package
from lianglin.engines.eligibility.typed import day_of
from lianglin.engines.eligibility.unparsing import money, number
from lianglin.engines.eligibility.vocabulary import Fact, Parameter, Vocabulary

Entry = dict[str, Any]
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def dump_package(package: Package) -> dict[str, str]:
    """Texts by path. ``read(dump_package(p), facts) == p``."""
    vocabulary = package.vocabulary
    texts = {f"measures/{measure.id}.yaml": write(measure, vocabulary) for measure in package.measures}
    parameters = {name: _parameter(vocabulary.parameters[name]) for name in vocabulary.parameters}
    definitions = {d.name: _filled({"式": d.text, "英文名": d.name_en}) for d in package.definitions}
    if parameters:
        texts["parameters.yaml"] = _dump(parameters)
    if definitions:
        texts["definitions.yaml"] = _dump(definitions)
    return texts


def write(measure: Measure, vocabulary: Vocabulary) -> str:
    """One measure's file."""
    valid: Entry = {"自": measure.valid_from}
    if measure.valid_to is not None:
        valid["至"] = measure.valid_to
    return _dump(
        _filled({
            "编号": measure.id,
            "名称": measure.name,
            "英文名": measure.name_en,
            "主管部门": measure.authority,
            "对象": _word(LEVELS, measure.level),
            "分组": list(measure.groups),
            "卫生": "是" if measure.health else "",
            "示例": "是" if measure.sample else "",
            "核实": measure.verified,
            "依据": [_filled({"文件": b.document, "条": b.article, "链接": b.link, "原文": b.quote}) for b in measure.bases],
            "有效": valid,
            "复核": measure.review_on,
            "条件": [
                _filled({
                    "名": c.name, "英": c.name_en, "式": c.text, "性质": _word(NATURES, c.nature), "证明": c.proof,
                    "去哪办": c.where,
                })
                for c in measure.conditions
            ],
            "互斥": [{"方式": _word(EXCLUSIONS, e.kind), "与": list(e.others)} for e in measure.exclusions],
            "待遇": _amount(measure.amount),
            "复审": str(measure.recertify_months or ""),
            "材料": list(measure.materials),
            "去哪申请": measure.apply_at,
            "样例": [_example(example, vocabulary) for example in measure.examples],
        })
    )  # fmt: skip


def _dump(entry: Entry) -> str:
    return yaml.dump(
        entry, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=100_000, default_flow_style=None
    )


def _filled(entry: Entry) -> Entry:
    return {key: value for key, value in entry.items() if value not in ("", None, [], {})}


def _word(words: Mapping[str, object], meant: object) -> str:
    return next(word for word, value in words.items() if value == meant)


def _amount(amount: Amount) -> Entry:
    entry: Entry = {"金额": amount.text, "周期": _word(EVERY, amount.every) if amount.every else ""}
    if isinstance(amount.value, tree.Rounded) and (amount.value.step, amount.value.how) != (1, "half_up"):
        entry["取整"] = {"单位": _word(STEPS, amount.value.step), "方式": _word(ROUNDINGS, amount.value.how)}
    return _filled({**entry, "说明": amount.said, "英": amount.said_en})


def _figure(value: int | None, parameter: Parameter) -> object:
    if value is None:
        return TO_BE_ENTERED
    if parameter.kind == "date":
        return day_of(value)
    return money(value) if parameter.money else number(value, parameter.scale)


def _parameter(parameter: Parameter) -> Entry:
    kind = "日期" if parameter.kind == "date" else "金额" if parameter.money else "数值"
    values = [
        _filled({"自": v.from_on, "至": v.to_on, "文号": v.document})
        | {"地区": v.area, "值": _figure(v.value, parameter)}
        for v in parameter.values
    ]
    decimals = str(parameter.scale) if parameter.scale else ""
    return _filled(
        {"英文名": parameter.name_en, "单位": parameter.unit, "类型": kind, "小数": decimals, "值": values}
    )


def _fact(fact: Fact, value: object) -> object:
    if value is None:
        return "未知"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int):
        return money(value) if fact.money else number(value, fact.scale)
    return value if isinstance(value, date) else str(value)


def _example(example: Example, vocabulary: Vocabulary) -> Entry:
    def facts(held: tuple[tuple[str, object], ...]) -> Entry:
        return {name: _fact(vocabulary.facts[name], value) for name, value in held}

    entry = _filled(
        {"名": example.name, "日期": example.on, "地区": example.area, "家庭": facts(example.household)}
    )
    entry["成员"] = [facts(member) for member in example.members]
    if example.parameters:
        entry["参数"] = {
            name: _figure(value, vocabulary.parameters[name]) for name, value in example.parameters
        }
    entry["结果"] = _word(ANSWERS, example.answer)
    for key, names in (("未满足", example.failed), ("待核", example.unknown)):
        if names is not None:
            entry[key] = list(names)
    if example.amount is not None:
        entry["金额"] = money(example.amount)
    return entry
