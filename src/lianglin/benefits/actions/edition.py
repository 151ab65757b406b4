"""What follows when what is in force changes: processes read the package anew, the catalogue is found by new words."""

from __future__ import annotations

from django.db.models import F

from lianglin.benefits.models import Edition, MeasureGram, MeasureVersion
from lianglin.benefits.rules.groups import BY_SIGN
from lianglin.benefits.rules.search import group_key, keys_of
from lianglin.engines.eligibility.package import Measure
from lianglin.kit import clock


def changed() -> None:
    """Tells every process that the package in force is another one from now on."""
    if not Edition.objects.filter(pk=1).update(revision=F("revision") + 1, changed_at=clock.now()):
        Edition.objects.create(pk=1, revision=1, changed_at=clock.now())


def index(version: MeasureVersion, measure: Measure | None) -> None:
    """Writes the keys by which the catalogue finds a version; none for one that is not in force."""
    MeasureGram.objects.filter(version=version).delete()
    if version.state == MeasureVersion.State.IN_FORCE:
        MeasureGram.objects.bulk_create(keys_for(version, measure))


def keys_for(version: MeasureVersion, measure: Measure | None) -> list[MeasureGram]:
    """The rows for one version, not written yet."""
    keys = keys_of(words_of(version, measure)) | {group_key(sign) for sign in version.groups.split()}
    return [MeasureGram(version=version, gram=key) for key in sorted(keys)]


def words_of(version: MeasureVersion, measure: Measure | None) -> list[str]:
    """What people may look for: names first, since a long text is cut."""
    found = [version.name, version.name_en, version.authority]
    for sign in version.groups.split():
        found += [sign, *([str(BY_SIGN[sign].label)] if sign in BY_SIGN else [])]
    if measure is None:
        return found
    found += [measure.amount.said, measure.amount.said_en, measure.apply_at, *measure.materials]
    for condition in measure.conditions:
        found += [condition.name, condition.name_en, condition.proof, condition.where]
    for basis in measure.bases:
        found += [basis.document, basis.article]
    return found
