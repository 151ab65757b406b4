"""Models by version: a fitted one is taken over or refused, and somebody may go back to the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.appeals.models import SimilarityModel
from lianglin.appeals.queries.model_files import has_file
from lianglin.kit import clock
from lianglin.kit.errors import Conflict, Refused

DUTY = "appeals.similarity"
FIT = "appeals_fit_similarity"
"""The background's task of every night."""
NO_WORSE = 0.005
"""By how much a figure may fall: what chance does to a held-out part (engines.similarity.model.WORSE_BY)."""


@dataclass(frozen=True)
class Fitted:
    """What a fit says of itself."""

    version: str
    source: str
    texts: int
    own_texts: int
    joined: int
    corrections: int
    figures: Mapping[str, float]
    encoder: str = ""
    seconds: int = 0


def take_over(fitted: Fitted, *, before: Mapping[str, float], by: Actor) -> SimilarityModel:
    """Puts a fitted model in force, or refuses it where it is worse; ``before``: the model in force, measured on the
    same part held out. A model that was fitted before keeps its row.

    The first model of the city's own appeals follows one of sample texts whatever their figures: sample texts are
    easier to tell apart than real ones, so theirs flatter.
    """
    by.require("system")
    with together():
        known = SimilarityModel.objects.filter(version=fitted.version).first()
        if known is not None:
            return known
        now = SimilarityModel.objects.select_for_update().filter(in_force=True).first()
        reason = _why(fitted, now, before)
        accepted = reason != SimilarityModel.Reason.WORSE
        if accepted and now is not None:
            SimilarityModel.objects.filter(pk=now.pk).update(in_force=False)
        made = SimilarityModel(
            version=fitted.version,
            state=SimilarityModel.State.ACCEPTED if accepted else SimilarityModel.State.REFUSED,
            in_force=accepted,
            source=fitted.source,
            texts=fitted.texts,
            own_texts=fitted.own_texts,
            joined=fitted.joined,
            corrections=fitted.corrections,
            figures=dict(fitted.figures),
            before=dict(before),
            reason=reason,
            encoder=fitted.encoder,
            fitted_at=clock.now(),
            seconds=fitted.seconds,
            chosen_at=clock.now() if accepted else None,
        )
        made.save(force_insert=True)
        _audit("appeals.similarity_fitted", made)
    return made


def _why(fitted: Fitted, now: SimilarityModel | None, before: Mapping[str, float]) -> SimilarityModel.Reason:
    if now is None:
        return SimilarityModel.Reason.FIRST
    sample = SimilarityModel.Source.SAMPLE
    if now.source == sample and fitted.source != sample:
        return SimilarityModel.Reason.OWN
    return (
        SimilarityModel.Reason.WORSE if fallen(fitted.figures, before) else SimilarityModel.Reason.NOT_WORSE
    )


def fallen(figures: Mapping[str, float], before: Mapping[str, float]) -> list[str]:
    """The figures that are worse than before by more than chance does."""
    both = sorted(before.keys() & figures.keys())
    return [name for name in both if figures[name] < before[name] - NO_WORSE]


def put_in_force(*, by: Actor, version: str, seen: str) -> SimilarityModel:
    """Goes back to another version, or on to a refused one; ``seen``: the version that was in force when this was asked."""
    by.require(DUTY)
    with together():
        rows = {row.version: row for row in SimilarityModel.objects.select_for_update().order_by("id")}
        now = next((row for row in rows.values() if row.in_force), None)
        wanted = rows.get(version)
        if wanted is None:
            raise Refused(_("There is no such version. Choose one of the list."))
        if (now.version if now else "") != seen or wanted.in_force:
            raise Conflict(_("Another version was put in force meanwhile. Look at the list again."))
        if not has_file(version):
            raise Refused(_("The files of this version are no longer on this machine. Choose a newer one."))
        if now is not None:
            SimilarityModel.objects.filter(pk=now.pk).update(in_force=False)
        wanted.in_force, wanted.chosen_by_id, wanted.chosen_at = True, by.account_id, clock.now()
        wanted.save(update_fields=["in_force", "chosen_by", "chosen_at"])
        _audit("appeals.similarity_chosen", wanted)
    return wanted


def _audit(code: str, model: SimilarityModel) -> None:
    audit.record(code, "appeals.SimilarityModel", model.pk, values={"version": model.version})
