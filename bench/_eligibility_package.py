"""The package of measures that ships, and a made city for it: each of the registry's facts at random, a quarter of them unknown.

Read from the files, without a database. Local standards that an authority must enter are unknown, as they are on the first day,
unless ``entered``: then each is 900 yuan.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench._eligibility_city import AREAS, ON, _skewed
from lianglin.engines.eligibility.days import day_number
from lianglin.engines.eligibility.package import Package
from lianglin.engines.eligibility.population import Column, Population
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.vocabulary import BORN_ON, SIZE, Fact

HOUSE = Path(__file__).parent.parent / "src" / "lianglin"
FOLDER = HOUSE / "benefits" / "data" / "package"
DECIMALS = {"平方米": 2, "摄氏度": 1}
RELATIONS = {
    str(code): (word, word)
    for code, word in enumerate(["户主", "配偶", "子", "女", "孙子女", "父母", "祖父母", "兄弟姐妹", "其他"])
}


def facts() -> list[Fact]:
    """As the house makes them from its registry."""
    found = [
        Fact(BORN_ON, "person.born_on", "person", "date"),
        Fact("性别", "person.sex", "person", "code", values={"1": ("男", "male"), "2": ("女", "female")}),
        Fact("与户主关系", "person.relation", "person", "code", values=RELATIONS),
        Fact(SIZE, "household.size", "household", "number"),
    ]
    domains: dict[str, dict[str, tuple[str, str]]] = {}
    for row in _rows("value_domains.csv"):
        domains.setdefault(row["domain"], {})[row["code"]] = row["label"], row["label_en"]
    taken = {fact.name for fact in found} | {fact.column for fact in found}
    for row in sorted(_rows("elements.csv"), key=lambda row: row["code"]):
        kind = row["kind"]
        if (
            kind in ("number", "date", "flag", "code")
            and not row["derived_from"]
            and row["code"] not in taken
        ):
            money = kind == "number" and row["code"].endswith("_fen")
            scale = DECIMALS.get(row["unit"], 0) if kind == "number" and not money else 0
            level = "person" if row["object_class"] == "person" else "household"
            name = row["code"] if row["name"] in taken else row["name"]
            taken.add(name)
            values = domains.get(row["domain"], {}) if kind == "code" else {}
            found.append(Fact(name, row["code"], level, kind, scale=scale, money=money, values=values))
    found += [
        Fact(row["name"], row["column"], row["level"], row["kind"], money=bool(row["money"]))
        for row in _rows("health_facts.csv", "benefits")
    ]
    return found


def _rows(name: str, folder: str = "facts") -> list[dict[str, str]]:
    with (HOUSE / folder / "data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def package(*, entered: bool = True) -> Package:
    """The 272 measures."""
    texts = {
        p.relative_to(FOLDER).as_posix(): p.read_text(encoding="utf-8")
        for p in sorted(FOLDER.rglob("*.yaml"))
    }
    made = read(texts, facts())
    if not entered:
        return made
    known = {
        name: replace(
            parameter,
            values=tuple(replace(v, value=90_000 if v.value is None else v.value) for v in parameter.values),
        )
        for name, parameter in made.vocabulary.parameters.items()
    }
    return replace(made, vocabulary=replace(made.vocabulary, parameters=known))


def population(some: Package, persons: int, *, seed: int, gaps: float = 0.25) -> Population:
    """About so many persons, with every fact that a measure names."""
    random_ = np.random.default_rng(seed)
    sizes = random_.choice(
        np.arange(1, 7), max(round(persons / 2.4), 1), p=[0.27, 0.34, 0.22, 0.12, 0.04, 0.01]
    )
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    rows = {"person": int(starts[-1]), "household": len(sizes)}
    today, held = day_number(ON), {"person": dict[str, Column](), "household": dict[str, Column]()}
    for fact in {fact.column: fact for fact in some.vocabulary.facts.values()}.values():
        number, unknown = rows[fact.level], gaps
        if fact.column == "household.size":
            values, unknown = sizes.astype(np.int64), 0.0
        elif fact.kind == "date":
            most, unknown = (95 * 365, gaps / 10) if fact.column == "person.born_on" else (4_000, gaps)
            values = (today - random_.integers(0, most, number)).astype(np.int32)
        elif fact.kind == "flag":
            values = random_.random(number, np.float32) < 0.1
        elif fact.kind == "code":
            values = _skewed(random_, max(len(fact.values), 2), number)
        else:
            values = (
                random_.random(number) ** 2 * (1_500_000 if fact.money else 60 * 10**fact.scale)
            ).astype(np.int64)
        known = random_.random(number, np.float32) >= unknown
        held[fact.level][fact.column] = Column(np.where(known, values, values.dtype.type(0)), known)
    return Population(
        np.arange(1, rows["person"] + 1), np.arange(1, rows["household"] + 1), starts,
        random_.integers(0, len(AREAS), rows["household"], np.int32), AREAS, held["person"], held["household"],
    )  # fmt: skip
