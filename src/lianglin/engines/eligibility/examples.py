"""Worked examples (样例) run as tests: one household for each, the whole program over it, what came out beside what must."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pyarrow as pa

from lianglin.engines.eligibility.order import needs
from lianglin.engines.eligibility.package import Answer, Example, Measure, Package
from lianglin.engines.eligibility.population import Population
from lianglin.engines.eligibility.program import Program, compile_package
from lianglin.engines.eligibility.unparsing import money
from lianglin.engines.eligibility.vocabulary import SIZE, Level, ParameterValue, Vocabulary

ANSWERS: tuple[Answer, Answer, Answer] = ("not", "unknown", "may")
_SAID = {"not": "不符合", "unknown": "待核实", "may": "可能符合"}
_ARROW = {"number": pa.int64(), "date": pa.date32(), "flag": pa.bool_(), "code": pa.string()}


@dataclass(frozen=True)
class Finding:
    """What one example came to. ``failed`` and ``unknown``: names of conditions; ``amount``: fen, None = none or unknown."""

    measure: str
    example: Example
    answer: Answer
    failed: tuple[str, ...]
    unknown: tuple[str, ...]
    amount: int | None

    @property
    def holds(self) -> bool:
        """Whether everything that the example says came out."""
        return not list(self._differences())

    @property
    def message(self) -> str:
        """What differs, in Chinese; "" where nothing does."""
        said = "；".join(zh for zh, _ in self._differences())
        return said and f"样例“{self.example.name}”：{said}"

    @property
    def message_en(self) -> str:
        """What differs, in English."""
        said = "; ".join(en for _, en in self._differences())
        return said and f"Example “{self.example.name}”: {said}"

    def _differences(self) -> Iterator[tuple[str, str]]:
        example = self.example
        if example.answer != self.answer:
            yield (
                f"应为{_SAID[example.answer]}，得出{_SAID[self.answer]}{self._why()}",
                f"expected {example.answer}, got {self.answer}{self._why_en()}",
            )
        for zh, en, wanted, got in (
            ("未满足", "failed", example.failed, self.failed),
            ("待核", "unknown", example.unknown, self.unknown),
        ):
            if wanted is not None and set(wanted) != set(got):
                yield (
                    f"{zh}应为{'、'.join(wanted) or '无'}，得出{'、'.join(got) or '无'}",
                    f"{en}: expected {', '.join(wanted) or 'none'}, got {', '.join(got) or 'none'}",
                )
        if example.amount is not None and example.amount != self.amount:
            wanted_fen, got_fen = example.amount, self.amount
            zh_got = "算不出" if got_fen is None else money(got_fen)
            en_got = "none" if got_fen is None else f"{got_fen / 100:.2f} yuan"
            yield (
                f"金额应为{money(wanted_fen)}，得出{zh_got}",
                f"expected {wanted_fen / 100:.2f} yuan, got {en_got}",
            )

    def _why(self) -> str:
        parts = [f"未满足 {'、'.join(self.failed)}"] if self.failed else []
        parts += [f"待核 {'、'.join(self.unknown)}"] if self.unknown else []
        return f"（{'；'.join(parts)}）" if parts else ""

    def _why_en(self) -> str:
        parts = [f"failed: {', '.join(self.failed)}"] if self.failed else []
        parts += [f"unknown: {', '.join(self.unknown)}"] if self.unknown else []
        return f" ({'; '.join(parts)})" if parts else ""


def run_examples(package: Package, measures: Iterable[str] | None = None) -> list[Finding]:
    """Findings for the examples of some measures (all of them when None), in the package's order.

    Other measures that they need are answered from the same facts. ValueError as in ``compile_package``.
    """
    wanted = set(package.by_id() if measures is None else measures)
    part = package if measures is None else closure(package, wanted)
    program = compile_package(part)
    groups: dict[tuple[date, object], list[tuple[Measure, Example]]] = {}
    for measure in part.measures:
        for example in measure.examples if measure.id in wanted else ():
            groups.setdefault((example.on, example.parameters), []).append((measure, example))
    found = {id(one.example): one for group in groups.values() for one in _run(program, group)}
    return [
        found[id(example)]
        for measure in part.measures
        if measure.id in wanted
        for example in measure.examples
    ]


def closure(package: Package, measures: Iterable[str]) -> Package:
    """The package with some measures and those whose answers they need."""
    by_id = package.by_id()
    open_ids, kept = list(measures), set[str]()
    while open_ids:
        number = open_ids.pop()
        if number not in kept and number in by_id:
            kept.add(number)
            open_ids.extend(needs(by_id[number]))
    return replace(package, measures=tuple(m for m in package.measures if m.id in kept))


def with_values(vocabulary: Vocabulary, values: Iterable[tuple[str, int | None]]) -> Vocabulary:
    """The vocabulary with parameters that have one value, everywhere and always."""
    changed = {
        name: replace(
            vocabulary.parameters[name], values=(ParameterValue("", date.min, None, value, "样例"),)
        )
        for name, value in values
    }
    return replace(vocabulary, parameters={**vocabulary.parameters, **changed}) if changed else vocabulary


def _run(program: Program, group: Sequence[tuple[Measure, Example]]) -> Iterator[Finding]:
    """Examples of one day and one set of parameters, together."""
    first = group[0][1]
    package = program.package
    vocabulary = with_values(package.vocabulary, first.parameters)
    running = replace(program, package=replace(package, vocabulary=vocabulary))
    population = population_of([example for _, example in group], vocabulary)
    result = running.bind(first.on).run(population, backend="numpy")
    for place, (measure, example) in enumerate(group):
        row = int(population.starts[place]) if measure.level == "person" else place
        failed, unknown = (int(mask[row]) for mask in result.masks(measure.id))
        fen, known = result.amounts(measure.id)
        yield Finding(
            measure.id, example, ANSWERS[int(result.answers(measure.id)[row])],
            names_of(measure, failed), names_of(measure, unknown), int(fen[row]) if known[row] else None,
        )  # fmt: skip


def names_of(measure: Measure, mask: int) -> tuple[str, ...]:
    """Names of the conditions in a mask."""
    return tuple(condition.name for bit, condition in enumerate(measure.conditions) if mask >> bit & 1)


def population_of(examples: Sequence[Example], vocabulary: Vocabulary) -> Population:
    """One household for each example; the first member is the one asked about. What an example does not say is unknown.

    常住人数 is the number of members unless the example says otherwise.
    """
    members = [(place, dict(member)) for place, example in enumerate(examples) for member in example.members]
    size = vocabulary.facts.get(SIZE)
    homes = [
        {**({SIZE: len(example.members)} if size else {}), **dict(example.household)} for example in examples
    ]
    persons = {
        "person_id": pa.array(range(len(members)), pa.int64()),
        "household_id": pa.array([place for place, _ in members], pa.int64()),
        **_columns([facts for _, facts in members], vocabulary, "person"),
    }
    households = {
        "household_id": pa.array(range(len(examples)), pa.int64()),
        "area": pa.array([example.area for example in examples], pa.string()),
        **_columns(homes, vocabulary, "household"),
    }
    return Population.of(pa.table(persons), pa.table(households), vocabulary)


def _columns(rows: list[dict[str, object]], vocabulary: Vocabulary, level: Level) -> dict[str, pa.Array]:
    named: dict[str, list[str]] = {}  # a fact may stand there under an alias
    for name in dict.fromkeys(name for row in rows for name in row):
        fact = vocabulary.facts[name]
        if fact.level == level:
            named.setdefault(fact.column, []).append(name)
    return {
        column: pa.array([_value(row, names) for row in rows], _ARROW[vocabulary.facts[names[0]].kind])
        for column, names in named.items()
    }


def _value(row: dict[str, object], names: list[str]) -> object:
    return next((row[name] for name in names if name in row), None)
