"""Which data of a person may be corrected, whoever holds them; found through the manifests."""

from __future__ import annotations

from dataclasses import dataclass

from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import discovery
from lianglin.kit.domain import Correctable, Datum
from lianglin.people.rules import mask
from lianglin.privacy.models import Correction, RightsRequest


@dataclass(frozen=True)
class Wish:
    """A correction that was asked for, in words: what stands there (masked), what is right, whether it is done."""

    row: Correction
    label: str
    stands: str
    right: str


def owners() -> dict[str, Correctable]:
    """Who corrects what, by the first part of a datum's code ("people:phone")."""
    return {one.code: one for one in discovery.each("corrections")}


def data_of(resident_id: int, actor: Actor) -> dict[str, Datum]:
    """Everything of a person that may be corrected, as far as the actor may read it, by its whole code."""
    return {
        f"{owner.code}:{datum.code}": datum
        for owner in owners().values()
        for datum in discovery.resolve(owner.data)(resident_id, actor)
    }


def owner_of(datum: str) -> tuple[Correctable | None, str]:
    """The owner of a datum and the datum's code there; None for what nobody declared."""
    first, _colon, rest = datum.partition(":")
    return owners().get(first), rest


def asked_for(case: Case, actor: Actor) -> Correction | None:
    """The correction of a request, as far as the actor may read it."""
    return Correction.objects.visible_to(actor, purpose=actor.work_purpose).filter(pk=case.pk).first()


def wish_of(case: Case, asked: RightsRequest, actor: Actor) -> Wish | None:
    """The same in words. What stands there now is looked up in the background and masked."""
    row = asked_for(case, actor)
    if row is None or asked.subject_kind != "resident" or asked.subject_id is None:
        return None
    right = str(row.value or "")
    with acting(job()) as reader:
        datum = data_of(asked.subject_id, reader).get(row.datum)
    if datum is None:
        return Wish(row, row.datum, "", right)
    stands = datum.text if datum.mask == "none" else mask(datum.text, datum.mask)
    words = {code: str(label) for code, label in datum.choices}
    return Wish(row, str(datum.label), stands, words.get(right, right))
