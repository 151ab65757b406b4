"""A published figure as open data: rows, CSV, JSON, and the Data Package that describes them.

Made from the published table alone, in one language, so that the same address has the same bytes for everybody. A place
without a line in a published month counted nothing; a hidden cell has empty counts and the mark "hidden".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, override

from lianglin.indicators import queries as figures
from lianglin.indicators import rules
from lianglin.indicators.models import PublishedValue
from lianglin.indicators.opened import queries
from lianglin.indicators.opened.tables import is_running_total
from lianglin.indicators.rules import Counts
from lianglin.kit import clock, discovery
from lianglin.kit.domain import Indicator
from lianglin.kit.spreadsheet import as_csv
from lianglin.places.models import Community, Division

LEVELS = ("city", "county", "township", "community")
MOST_MONTHS = {"city": 120, "parts": 60, "county": 36, "township": 24, "community": 12}
"""Months in one file, so that none grows beyond some tens of thousands of lines; the next ones are a page further."""
HIDDEN_MARK = "hidden"


@dataclass(frozen=True)
class Column:
    """A column of the files: name, type of the Frictionless schema, what it means in both languages."""

    name: str
    type: str
    title: str
    zh: str
    en: str
    more: tuple[tuple[str, Any], ...] = ()


COLUMNS = (
    Column("indicator", "string", "指标代码", "指标的代码，不会改变", "code of the figure; it does not change"),
    Column("month", "yearmonth", "月份", "统计的月份（北京时间）", "month that is counted, Asia/Shanghai"),
    Column(
        "level",
        "string",
        "层级",
        "city 全市、county 区县、township 街道乡镇、community 社区、parts 全市的分项",
        "city, county (district), township (street), community, or parts of a breakdown of the whole city",
        (("enum", [*LEVELS, "parts"]),),
    ),
    Column("place_code", "string", "地区代码", "行政区划代码；空白为全市", "division code; empty: the whole city"),
    Column("place", "string", "地区", "地区名称", "name of the place"),
    Column("member", "string", "分项代码", "分项的代码；空白为合计", "code of the part; empty: the figure itself"),
    Column("member_label", "string", "分项", "分项名称", "name of the part"),
    Column("value", "number", "数值", "比率为百分数（一位小数），其余为个数", "rates in percent, one decimal; else the count"),
    Column("unit", "string", "单位", "数值的单位", "unit of the value"),
    Column("numerator", "integer", "分子或计数", "比率的分子，或者计数", "numerator of a rate, or the count"),
    Column("denominator", "integer", "分母", "比率的分母；计数没有分母", "denominator of a rate; counts have none"),
    Column(
        "suppressed",
        "string",
        "隐去标记",
        "hidden 表示不公布：数字为 1 至 9，或者公布后能推算出这样的数字",
        "hidden: not shown, because it is 1 to 9 or would give such a number away",
        (("enum", ["", HIDDEN_MARK]),),
    ),
    Column("origin", "string", "来源", "own 本平台按记录计算，imported 外部导入", "own: counted from records; imported: taken in"),
    Column("definition_version", "string", "定义版本", "计算所用定义的版本", "version of the definition it was counted by"),
    Column("first_published", "date", "首次公布", "首次公布的日期", "day of the first publication"),
    Column("published", "date", "公布日期", "现值公布的日期", "day on which this value was published"),
    Column("revision", "integer", "修订次数", "公布后修订过几次", "how often it was revised since"),
)  # fmt: skip


def origin(indicator: Indicator) -> str:
    """Whether a figure is counted from records here ("own") or taken in from elsewhere ("imported")."""
    return "imported" if indicator.city_only and indicator.steward else indicator.origin


def opened() -> list[Indicator]:
    """The figures that are published, in the order of their manifests."""
    return [i for i in figures.figures_of() if i.published and i.cells]


def levels_of(indicator: Indicator) -> tuple[str, ...]:
    """The levels at which a figure is published."""
    if indicator.members:
        return ("city", "parts")
    return ("city",) if indicator.city_only or is_running_total(indicator) else LEVELS


@dataclass(frozen=True)
class Asked:
    """Which rows: one figure at one level, from the first day of one month to that of another."""

    indicator: Indicator
    level: str
    first: date
    last: date


def rows_of(asked: Asked) -> list[list[Any]]:
    """The lines of a file, without the head. Two or three statements."""
    found = list(queries.of_level(asked.indicator.code, asked.level, asked.first, asked.last))
    with override("zh-hans"):
        names = _names(asked.level, {row.scope_code for row in found})
        labels: Mapping[str, Any] = (
            discovery.resolve(asked.indicator.members)() if asked.level == "parts" else {}
        )
        return [_line(asked, row, names, labels) for row in found]


def _names(level: str, codes: set[str]) -> dict[str, str]:
    if level in ("city", "parts"):
        return {"": settings.CITY_NAME}
    model = Community if level == "community" else Division
    return dict(model.objects.filter(scope_code__in=codes).values_list("scope_code", "name"))


def _line(
    asked: Asked, row: PublishedValue, names: Mapping[str, str], labels: Mapping[str, Any]
) -> list[Any]:
    value = None if row.numerator is None else rules.value(Counts(row.numerator, row.denominator))
    day = clock.local(row.published_at).date()
    first = clock.local(row.first_published_at or row.published_at).date()
    return [
        row.indicator, f"{row.month:%Y-%m}", asked.level, row.scope_code, names.get(row.scope_code, ""), row.member,
        str(labels.get(row.member, row.member)), value, asked.indicator.unit, row.numerator, row.denominator,
        HIDDEN_MARK if row.hidden else "", origin(asked.indicator), row.definition_version or asked.indicator.definition_version,
        first.isoformat(), day.isoformat(), row.revision,
    ]  # fmt: skip


def csv(rows: Iterable[list[Any]]) -> bytes:
    """RFC 4180 with the mark that spreadsheets need, no cell that one would run."""
    return as_csv([[column.name for column in COLUMNS], *rows])


def as_json(asked: Asked, rows: Iterable[list[Any]], address: str) -> bytes:
    """The same with what describes it, as one object."""
    head = [column.name for column in COLUMNS]
    whole = {
        "metadata": {**described(asked.indicator), "level": asked.level, "datapackage": address},
        "rows": [dict(zip(head, row, strict=True)) for row in rows],
    }
    return dumped(whole)


def dumped(whole: Any) -> bytes:
    """JSON as it goes out."""
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _said(text: Any, language: str) -> str:
    with override(language):
        return str(text) if isinstance(text, Promise) else gettext(text) if text else ""


def described(indicator: Indicator) -> dict[str, Any]:
    """What a figure is, in both languages."""
    return {
        "code": indicator.code,
        "title": {"zh": _said(indicator.label, "zh-hans"), "en": _said(indicator.label, "en")},
        "definition": {"zh": _said(indicator.definition, "zh-hans"), "en": _said(indicator.definition, "en")},
        "definition_version": indicator.definition_version,
        "unit": indicator.unit,
        "kind": indicator.kind,
        "target": indicator.target,
        "origin": origin(indicator),
        "steward": _said(indicator.steward, "zh-hans") or settings.CITY_NAME,
        "rows": list(indicator.r_rows),
        "licence": {"name": settings.OPEN_LICENCE, "url": settings.OPEN_LICENCE_URL},
        "contact": settings.OPEN_CONTACT,
        "sample": bool(settings.DEMO),
        "suppressed": {
            HIDDEN_MARK: {
                "zh": "数字为 1 至 9，或者公布后能推算出这样的数字，因此不公布。没有列出的地区当月为零。",
                "en": "1 to 9, or a number that would give such a one away. A place without a line counted nothing.",
            }
        },
    }


def package(
    indicator: Indicator, known: tuple[date, date, datetime, int] | None, addresses: Mapping[str, str]
) -> dict[str, Any]:
    """The Data Package of a figure (Frictionless Data Package 1): its files, their columns, and where they come from.

    ``addresses``: level -> address of its CSV, and "" -> the page that explains the figure.
    """
    about = described(indicator)
    made: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": indicator.code.replace("_", "-"),
        "id": addresses[""],
        "title": f"{about['title']['zh']} {about['title']['en']}",
        "description": f"{about['definition']['zh']}\n\n{about['definition']['en']}",
        "homepage": addresses[""],
        "version": indicator.definition_version,
        "licenses": [{"name": settings.OPEN_LICENCE, "path": settings.OPEN_LICENCE_URL}],
        "sources": [{"title": about["steward"]}],
        "contributors": [{"title": settings.CITY_NAME, "role": "publisher"}],
        "contact": settings.OPEN_CONTACT,
        "keywords": [indicator.kind, indicator.unit, *indicator.r_rows],
        "resources": [_resource(level, addresses[level]) for level in levels_of(indicator)],
        "lianglin": about,
    }
    if known:
        first, last, at, revision = known
        made["created"] = clock.local(at).isoformat(timespec="seconds")
        made["temporal"] = {"start": f"{first:%Y-%m}", "end": f"{last:%Y-%m}"}
        made["revision"] = revision
    return made


def _resource(level: str, address: str) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "name": level,
        "path": address,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\r\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": {
            "fields": [_field(column) for column in COLUMNS],
            "primaryKey": ["indicator", "month", "place_code", "member"],
            "missingValues": [""],
        },
    }  # fmt: skip


def _field(column: Column) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": column.name, "type": column.type, "title": column.title, "description": f"{column.zh}\n{column.en}",
    }  # fmt: skip
    limits = {key: [v for v in value if v] for key, value in column.more}
    return {**made, "constraints": limits} if limits else made


def catalogue(
    entries: Iterable[tuple[Indicator, tuple[date, date, datetime, int] | None, Mapping[str, str]]], home: str
) -> dict[str, Any]:
    """All published figures as a DCAT catalogue (JSON-LD)."""
    return {
        "@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/"},
        "@type": "dcat:Catalog",
        "@id": home,
        "dct:title": f"{settings.CITY_NAME} · 数据公开",
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": settings.CITY_NAME},
        "dct:license": settings.OPEN_LICENCE_URL,
        "dcat:dataset": [_dataset(*entry) for entry in entries],
    }  # fmt: skip


def _dataset(
    indicator: Indicator, known: tuple[date, date, datetime, int] | None, addresses: Mapping[str, str]
) -> dict[str, Any]:
    about = described(indicator)
    made: dict[str, Any] = {
        "@type": "dcat:Dataset",
        "@id": addresses[""],
        "dct:identifier": indicator.code,
        "dct:title": [{"@language": k, "@value": v} for k, v in about["title"].items()],
        "dct:description": [{"@language": k, "@value": v} for k, v in about["definition"].items()],
        "dct:license": settings.OPEN_LICENCE_URL,
        "dcat:contactPoint": settings.OPEN_CONTACT,
        "dcat:version": indicator.definition_version,
        "dcat:distribution": [
            {"@type": "dcat:Distribution", "dct:title": level, "dcat:mediaType": "text/csv", "dcat:downloadURL": addresses[level]}
            for level in levels_of(indicator)
        ],
    }  # fmt: skip
    if known:
        made["dct:modified"] = clock.local(known[2]).isoformat(timespec="seconds")
        made["dct:temporal"] = {"dcat:startDate": f"{known[0]:%Y-%m}", "dcat:endDate": f"{known[1]:%Y-%m}"}
    return made
