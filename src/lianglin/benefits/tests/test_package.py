"""The package that ships: 272 measures, read without a problem, every worked example comes out, nothing is guessed."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from lianglin.benefits.queries import vocabulary
from lianglin.benefits.rules import health_facts
from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.examples import run_examples
from lianglin.engines.eligibility.package import Measure, Package
from lianglin.engines.eligibility.reading import read
from lianglin.engines.eligibility.vocabulary import Fact
from lianglin.facts import registry
from lianglin.kit import held

pytestmark = [pytest.mark.django_db, pytest.mark.rows("R066")]
DATA = Path(__file__).parents[1] / "data"
FOLDER = DATA / "package"
MONEY = re.compile(r"\d[\d.]*万?(元|角|分)")
SAMPLE = "示例"
CITY = ("230102", "230103")
"""Two districts of the sample city whose sample standards differ."""


@cache
def texts() -> dict[str, str]:
    return {
        path.relative_to(FOLDER).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(FOLDER.rglob("*.yaml"))
    }


@cache
def _package(facts: tuple[Fact, ...]) -> Package:
    return read(texts(), facts)


@pytest.fixture
def package() -> Package:
    """The package, read with the words of the registry that ships."""
    held.forget()
    registry.load_shipped()
    return _package(tuple(vocabulary.facts()))


def real(package: Package) -> list[Measure]:
    return [measure for measure in package.measures if not measure.sample]


def rows() -> list[dict[str, str]]:
    with (DATA / "rows.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_there_are_272_measures(package: Package) -> None:
    assert len(package.measures) == 272
    assert len({measure.name for measure in package.measures}) == 272


def test_every_worked_example_comes_out_as_it_says(package: Package) -> None:
    findings = run_examples(package)
    assert len(findings) > 1_200
    assert [f"{one.measure}: {one.message_en}" for one in findings if not one.holds] == []


def test_what_is_sample_says_so(package: Package) -> None:
    for measure in package.measures:
        assert measure.sample == measure.name.endswith("（示例）"), measure.id
        assert measure.verified in (("", "N") if measure.sample else ("P", "S")), measure.id
    named = {
        name: parameter for name, parameter in package.vocabulary.parameters.items() if name[:2] == SAMPLE
    }
    assert all(value.document.startswith(SAMPLE) for one in named.values() for value in one.values)
    for measure in real(package):
        assert not [name for name in _parameters(measure) if name.startswith(SAMPLE)], measure.id


def _parameters(measure: Measure) -> set[str]:
    nodes = [condition.truth for condition in measure.conditions]
    nodes += [measure.amount.value] if measure.amount.value is not None else []
    return {part.name for node in nodes for part in tree.walk(node) if isinstance(part, tree.ParameterOf)}


def test_no_amount_stands_in_a_rule_itself(package: Package) -> None:
    """Figures are parameters, with a date, an area and a document; what nobody verified is 待填."""
    for measure in package.measures:
        said = [measure.amount.text, *(condition.text for condition in measure.conditions)]
        assert not [text for text in said if MONEY.search(text)], measure.id


def test_local_standards_that_nobody_verified_are_to_be_entered(package: Package) -> None:
    known = {
        "育儿补贴标准": {360_000},
        "育儿补贴月折算额": {30_000},
        "重度残疾人护理补贴标准": {8_000, 9_000},
        "困难残疾人生活补贴标准": {8_000, 9_000},
    }
    used = {name for measure in real(package) for name in _parameters(measure)}
    assert set(known) < used
    for name in used:
        values = {value.value for value in package.vocabulary.parameters[name].values}
        assert values == known.get(name, {None}), name


def test_every_verified_measure_names_its_basis(package: Package) -> None:
    for measure in real(package):
        assert all(basis.document and basis.quote for basis in measure.bases), measure.id
        if measure.verified == "P":
            assert any(basis.article for basis in measure.bases), measure.id


def test_every_row_of_the_table_is_here_or_left_out_with_its_reason(package: Package) -> None:
    left_out = (FOLDER / "LEFT_OUT.md").read_text(encoding="utf-8")
    by_id, used = package.by_id(), set[str]()
    for row in rows():
        measures = row["measures"].split()
        assert all(number in by_id for number in measures), row["row"]
        assert bool(measures) != (f"| {row['row']} |" in left_out), row["row"]
        assert not (row["verified"] == "W" and measures), row["row"]
        used |= set(measures)
    assert {measure.id for measure in real(package)} <= used


def test_health_measures_rest_on_facts_that_the_ordinary_store_does_not_hold(package: Package) -> None:
    health = [measure for measure in package.measures if measure.health]
    assert len(health) > 12
    columns = {fact.column for fact in health_facts.facts()}
    assert not columns & set(registry.elements())
    for measure in package.measures:
        touched = {getattr(node, "column", "") for c in measure.conditions for node in tree.walk(c.truth)}
        assert bool(touched & columns) == measure.health, measure.id


def test_the_samples_are_no_copies_of_one_rule(package: Package) -> None:
    rules = {tuple(condition.text for condition in measure.conditions) for measure in package.measures}
    assert len(rules) > 250
    assert {group for measure in package.measures for group in measure.groups} == set(
        "老幼残业医学住军困"
    ) | {"其他"}
    assert sum(bool(measure.exclusions) for measure in package.measures) > 30
    assert sum("分档" in measure.amount.text for measure in package.measures) > 20
    assert sum(measure.valid_to is not None for measure in package.measures) > 12


def test_standards_differ_between_districts_and_days(package: Package) -> None:
    line = package.vocabulary.parameters["示例低收入线"]
    before, after = (line.at(CITY[0], value.from_on) for value in line.values[:2])
    assert before is not None
    assert after is not None
    assert before.value != after.value
    there = line.at(CITY[1], after.from_on)
    assert there is not None
    assert there.value != after.value


def test_everything_has_an_english_name_and_says_where_to_go(package: Package) -> None:
    for measure in package.measures:
        assert measure.name_en, measure.id
        assert measure.apply_at, measure.id
        assert all(condition.name_en for condition in measure.conditions), measure.id
        assert measure.amount.said, measure.id
        assert measure.amount.said_en, measure.id
        assert measure.review_on is not None, measure.id
