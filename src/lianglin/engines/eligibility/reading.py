"""A folder of YAML → `Package`. Everything that is wrong is found in one reading and said with its place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from lianglin.engines.eligibility import order, source
from lianglin.engines.eligibility.figures import definitions_of, parameters_of
from lianglin.engines.eligibility.language import Language
from lianglin.engines.eligibility.measures import MeasureReader, head
from lianglin.engines.eligibility.package import Definition, Measure, Package, digest_of
from lianglin.engines.eligibility.source import Item, Report, Scalar, Spot
from lianglin.engines.eligibility.vocabulary import Fact, Level, Parameter, Vocabulary
from lianglin.engines.eligibility.words import Expression
from lianglin.engines.eligibility.writing import dump_package

PARAMETERS, DEFINITIONS, MEASURES = "parameters.yaml", "definitions.yaml", "measures/"
MOST_FILES, MOST_CHARACTERS = 2_000, 20_000_000


def read(texts: Mapping[str, str], facts: Iterable[Fact], *, complete: bool = True) -> Package:
    """The package of a folder: ``texts`` by path (``measures/*.yaml``, ``parameters.yaml``, ``definitions.yaml``).

    ``complete``: each measure must have examples that qualify, stay unknown, and fail for each condition (a draft need
    not). BadRules with every problem; ValueError when two facts have one name.
    """
    report = Report()
    known = Vocabulary.of(facts)
    by_name = dict(known.facts)
    trees = _trees(texts, report)
    parameters = parameters_of(trees.get(PARAMETERS), by_name, report, PARAMETERS)
    dated = {parameter.name: parameter for parameter in parameters}
    defined = definitions_of(trees.get(DEFINITIONS), by_name, dated, report)
    vocabulary = Vocabulary(known.facts, dated)
    heads: dict[str, tuple[str, Level]] = {}
    for path, item in trees.items():
        if path.startswith(MEASURES) and (found := head(item, path, report)):
            heads[path] = found
    _unique(heads, report)
    language = Language(vocabulary, report, _expressions(defined), dict(heads.values()))
    for name in defined:
        language.definition(name)
    reader = MeasureReader(language, complete=complete)
    measures: list[Measure] = []
    for path, (number, level) in heads.items():
        if report.full:
            break
        item = trees[path]
        measure = reader.read(item, number, level) if isinstance(item, source.Mapping) else None
        if measure is not None:
            measures.append(measure)
    _health_follows(measures, report)
    ordered = order.ordered(measures, report)
    report.check()
    package = Package(ordered, vocabulary, "", tuple(definition for definition, _ in defined.values()))
    return replace(package, digest=digest_of(dump_package(package)))


def read_one(text: str, package: Package, *, path: str = "", complete: bool = True) -> Measure:
    """One measure's text, read against a package (which may hold an earlier version of it). BadRules as in `read`.

    Without a ``path`` the id is free.
    """
    report = Report()
    item = source.load(path, text, report)
    report.check()
    found = head(item, path, report)
    if found is None or not isinstance(item, source.Mapping):
        report.check()
        raise AssertionError(path)  # a head that is missing is always a problem
    number, level = found
    levels: dict[str, Level] = {measure.id: measure.level for measure in package.measures}
    expressions = {definition.name: _plain(definition) for definition in package.definitions}
    language = Language(package.vocabulary, report, expressions, {**levels, number: level})
    measure = MeasureReader(language, complete=complete).read(item, number, level)
    report.check()
    if measure is None:  # the report would have raised before
        raise AssertionError(path)
    order.ordered([*(other for other in package.measures if other.id != number), measure], report, path)
    report.check()
    return measure


def with_parameters(package: Package, parameters: Iterable[Parameter]) -> Package:
    """The package with other values of its parameters (an authority's table), and its new digest."""
    vocabulary = Vocabulary(
        package.vocabulary.facts, {**package.vocabulary.parameters, **{p.name: p for p in parameters}}
    )
    changed = replace(package, vocabulary=vocabulary)
    return replace(changed, digest=digest_of(dump_package(changed)))


def _trees(texts: Mapping[str, str], report: Report) -> dict[str, Item | None]:
    trees: dict[str, Item | None] = {}
    if len(texts) > MOST_FILES:
        report.say(
            Spot("", 0, 0), str(len(texts)), f"文件太多（最多{MOST_FILES}个）", f"{MOST_FILES} files at most"
        )
        return trees
    if sum(map(len, texts.values())) > MOST_CHARACTERS:
        report.say(
            Spot("", 0, 0), "", f"包太大（最多{MOST_CHARACTERS}字）", f"{MOST_CHARACTERS} characters at most"
        )
        return trees
    for path in sorted(texts):
        name = path.removeprefix(MEASURES)
        is_measure = path.startswith(MEASURES) and name.endswith(".yaml") and "/" not in name
        if is_measure or path in (PARAMETERS, DEFINITIONS):
            problems = len(report.problems)
            most = source.OF_PARAMETERS if path == PARAMETERS else source.MOST_CHARACTERS
            item = source.load(path, texts[path], report, most)
            if item is not None or len(report.problems) == problems:
                trees[path] = item
        elif not path.endswith(".md"):
            allowed = (PARAMETERS, DEFINITIONS, MEASURES + "*.yaml")
            report.say(Spot(path, 0, 0), path, "包里没有这样的文件", "A package has no such file", allowed)
    return trees


def _health_follows(measures: list[Measure], report: Report) -> None:
    """Who sees that somebody fulfils a measure that asks 符合 of one on health data would know of the health data."""
    health = {measure.id for measure in measures if measure.health}
    for measure in measures:
        named = sorted(order.qualified(measure) & health)
        if named and not measure.health:
            zh = f"用到卫生类措施（{named[0]}），要写 卫生: 是"
            spot = Spot(f"{MEASURES}{measure.id}.yaml", 1, 1)
            report.say(spot, named[0], zh, "It rests on a measure on health data: say so", ("卫生: 是",))


def _unique(heads: dict[str, tuple[str, Level]], report: Report) -> None:
    seen: dict[str, str] = {}
    for path, (number, _) in heads.items():
        if number in seen:
            report.say(
                Spot(path, 1, 1), number, f"编号与 {seen[number]} 相同", f"The id is also in {seen[number]}"
            )
        seen.setdefault(number, path)


def _expressions(defined: dict[str, tuple[Definition, Scalar]]) -> dict[str, Expression]:
    def placed(definition: Definition, scalar: Scalar) -> Expression:
        skipped = len(scalar.text) - len(scalar.text.lstrip())
        return Expression(definition.text, lambda offset: scalar.at(offset + skipped))

    return {name: placed(definition, scalar) for name, (definition, scalar) in defined.items()}


def _plain(definition: Definition) -> Expression:
    return Expression(definition.text, lambda offset: Spot("definitions.yaml", 0, offset + 1))
