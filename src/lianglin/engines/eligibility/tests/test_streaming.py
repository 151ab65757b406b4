"""A city in pieces answers as it does at once, wherever the pieces are cut."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lianglin.engines.eligibility import tree
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import compile_package
from lianglin.engines.eligibility.streaming import (
    in_arrow,
    match,
    match_files,
    population_of,
    whole_households,
)
from lianglin.engines.eligibility.tests.hand import (
    INCOME,
    LINE,
    ON,
    STUDENT,
    WAGE,
    WORDS,
    at_least,
    measure,
    package,
)

RULES = package(
    measure("pupil", STUDENT, at_least(WAGE, 3), amount=WAGE),
    measure("poor", tree.Compare("<", INCOME, LINE), at_least(tree.Count(STUDENT), 1), level="household"),
)


def table(households: int) -> pa.Table:
    """Households of no, one, two … members, one row each at least."""
    rows: list[dict[str, object]] = []
    for home in range(1, households + 1):
        facts = {
            "household_id": home,
            "area": "210203",
            "household.income": home * 1_000 if home % 3 else None,
        }
        members = [
            {"person_id": home * 10 + at, "person.student": at % 2 == 0, "person.wage": home % 7}
            for at in range(home % 4)
        ]
        rows += [facts | member for member in members] or [facts | {"person_id": None}]
    schema = pa.schema([
        ("household_id", pa.int64()), ("area", pa.string()), ("person_id", pa.int64()), ("household.income", pa.int64()),
        ("person.student", pa.bool_()), ("person.wage", pa.int64()),
    ])  # fmt: skip
    return pa.Table.from_pylist(rows, schema)


@pytest.mark.parametrize(("batch", "piece"), [(1, 1), (3, 4), (7, 5), (1000, 10)])
def test_pieces_answer_as_the_whole(batch: int, piece: int) -> None:
    bound = compile_package(RULES).bind(ON)
    whole = bound.run(population_of(table(60), WORDS)).sparse()
    pieces = list(match(bound, table(60).to_batches(batch), rows=piece))
    assert pa.Table.from_batches(pieces).to_pylist() == pa.Table.from_batches([whole]).to_pylist()
    assert len(pieces) > 1 or batch == 1000


def test_a_household_without_members_is_there() -> None:
    population = population_of(table(8), WORDS)
    assert (len(population.household_ids), population.starts.tolist()[-1]) == (8, len(population.person_ids))
    assert population.starts[4] == population.starts[3]


def test_unsorted_rows_are_refused() -> None:
    mixed = pa.concat_tables([table(6).slice(4), table(6).slice(0, 4)])
    with pytest.raises(ValueError, match="sorted by household_id"):
        list(whole_households(mixed.to_batches(), 1))


def test_files_are_matched_one_by_one_or_by_two_processes(tmp_path: Path) -> None:
    city = table(40)
    homes = city.column("household_id").to_pylist()
    cut = homes.index(21)
    sources = [tmp_path / "a.parquet", tmp_path / "b.parquet"]
    for path, part in zip(sources, (city.slice(0, cut), city.slice(cut)), strict=True):
        pq.write_table(part, path)
    expected = compile_package(RULES).bind(ON).run(population_of(city, WORDS)).sparse()
    for processes in (1, 2):
        folder = tmp_path / str(processes)
        folder.mkdir()
        assert match_files(RULES, ON, sources, folder, processes=processes) == expected.num_rows
        written = pa.concat_tables([pq.read_table(folder / path.name) for path in sources])
        assert written.to_pylist() == expected.to_pylist()


def test_spark_gets_numbers_that_it_knows() -> None:
    batches = list(in_arrow(RULES, date(2026, 3, 1))(iter(table(20).to_batches(5))))
    kinds = {field.name: field.type for field in batches[0].schema}
    assert (kinds["failed"], kinds["unknown"], kinds["amount"]) == (pa.int64(), pa.int64(), pa.int64())


def test_a_column_of_the_wrong_type_is_named() -> None:
    wrong = table(3).set_column(5, "person.wage", pa.array(["x"] * table(3).num_rows))
    with pytest.raises(ValueError, match=r"person\.wage.*工资性收入月额"):
        population_of(wrong, WORDS)


def test_a_code_that_is_not_in_its_list_is_named() -> None:
    persons = pa.table({"person_id": [1], "household_id": [1], "person.grade": ["9"]})
    households = pa.table({"household_id": [1], "area": ["21"]})
    with pytest.raises(ValueError, match=r"残疾等级.*“9” is not in its list"):
        Population.of(persons, households, WORDS)


def test_decimals_become_whole_fen() -> None:
    money = pa.array(["12.34", None], pa.string()).cast(pa.decimal128(10, 2))
    sight = pa.array(["0.5", "-1.2"], pa.string()).cast(pa.decimal128(4, 1))
    persons = pa.table(
        {"person_id": [1, 2], "household_id": [1, 1], "person.wage": money, "person.sight": sight}
    )
    population = Population.of(persons, pa.table({"household_id": [1], "area": ["21"]}), WORDS)
    assert population.persons["person.wage"].values.tolist() == [1234, 0]
    assert population.persons["person.wage"].known.tolist() == [True, False]
    assert population.persons["person.sight"].values.tolist() == [5, -12]


@pytest.mark.parametrize(
    ("persons", "households", "said"),
    [
        ([2, 1], [1, 2], "households' order"),
        ([1, 2, 1], [1, 2], "stand together"),
        ([3], [1, 2], "not among"),
        ([1], [1, 1], "twice"),
    ],
)
def test_persons_stand_with_their_households(persons: list[int], households: list[int], said: str) -> None:
    people = pa.table({"person_id": list(range(len(persons))), "household_id": persons})
    homes = pa.table({"household_id": households, "area": ["21"] * len(households)})
    with pytest.raises(ValueError, match=said):
        Population.of(people, homes, WORDS)
