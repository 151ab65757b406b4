"""A whole package comes into force at once: only in a city that has none yet."""

from __future__ import annotations

from collections.abc import Mapping

from lianglin.benefits.actions import edition
from lianglin.benefits.actions.measures import columns
from lianglin.benefits.actions.parameters import new_parameter
from lianglin.benefits.models import (
    Definitions,
    Measure,
    MeasureGram,
    MeasureVersion,
    Parameter,
    ParameterValue,
)
from lianglin.benefits.queries import packages
from lianglin.benefits.rules.folder import DEFINITIONS
from lianglin.benefits.rules.summary import digest, summary
from lianglin.engines.eligibility.package import Package
from lianglin.kit import clock

SAMPLE_MARK = "示例"


def take_over(texts: Mapping[str, str], *, samples: bool) -> int:
    """Writes a folder as what is in force, as the owner; how many measures. ``samples``: those marked 示例, too."""
    said = {path: summary(text) for path, text in texts.items() if packages.code_of(path)}
    wanted = {
        path: text for path, text in texts.items() if path not in said or samples or not said[path].sample
    }
    read = packages.readable(wanted, packages.known_facts()).package
    _figures(read)
    if DEFINITIONS in wanted:
        source = wanted[DEFINITIONS]
        Definitions.objects.create(
            number=1, state="in_force", source=source, digest=digest(source), drafted_at=clock.now(),
            approved_at=clock.now(),
        )  # fmt: skip
    known, now = read.by_id(), clock.now()
    paths = [path for path in said if path in wanted]
    measures = Measure.objects.bulk_create(
        Measure(code=packages.code_of(path), created_at=now, sample=said[path].sample) for path in paths
    )
    versions: list[MeasureVersion] = []
    for measure, path in zip(measures, paths, strict=True):
        version = MeasureVersion(measure=measure, number=1, state="in_force", sound=measure.code in known)
        columns(version, wanted[path], said[path])
        version.in_force_at = now
        versions.append(version)
    MeasureVersion.objects.bulk_create(versions)
    MeasureGram.objects.bulk_create(
        [key for version in versions for key in edition.keys_for(version, known.get(version.measure.code))],
        batch_size=5_000,
    )
    edition.changed()
    return len(versions)


def _figures(read: Package) -> None:
    rows: list[ParameterValue] = []
    said = list(read.vocabulary.parameters.values())
    all_made = Parameter.objects.bulk_create(
        new_parameter(one, sample=SAMPLE_MARK in one.name) for one in said
    )
    for parameter, made in zip(said, all_made, strict=True):
        rows += [
            ParameterValue(
                parameter=made, area=value.area, from_on=value.from_on, to_on=value.to_on, value=value.value,
                document=value.document, state=ParameterValue.State.IN_FORCE, entered_at=clock.now(),
            )
            for value in parameter.values
        ]  # fmt: skip
    ParameterValue.objects.bulk_create(rows)
