"""A correction: what a person says is wrong and what is right, and carrying it out by whoever holds the datum."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor, job
from lianglin.access.transaction import acting
from lianglin.cases.models import Case
from lianglin.kit import clock, discovery
from lianglin.kit.errors import Refused
from lianglin.privacy.models import Correction, RightsRequest
from lianglin.privacy.queries.corrections import asked_for, data_of, owner_of


def checked(datum: str, value: str) -> str:
    """The value as its owner keeps it; Refused for a datum nobody holds, or a value it does not take."""
    owner, code = owner_of(datum)
    if owner is None:
        raise Refused(_("Choose which datum is wrong."), field="datum")
    return discovery.resolve(owner.check)(code, value)


def write_down(case: Case, *, resident_id: int, datum: str, value: str, by: Actor) -> Correction:
    """Keeps what is wrong and what is right beside the request; once."""
    value = checked(datum, value)
    with acting(job()) as reader:
        held = data_of(resident_id, reader).get(datum)
    if held is None:
        raise Refused(_("This is not held about the person. Choose one of the listed data."), field="datum")
    if asked_for(case, by) is not None:
        raise Refused(_("It is written down already what is wrong and what is right."), field="datum")
    made = Correction(case=case, scope_code=case.scope_code, datum=datum, value=value)
    made.save(force_insert=True)
    return made


def carry_out(case: Case, asked: RightsRequest, *, by: Actor) -> None:
    """Has the owner of the datum correct it, as the background role; the request keeps when.

    Refused while nobody has written down which datum is meant.
    """
    wish = asked_for(case, by)
    if wish is None or asked.subject_id is None or not wish.value:
        raise Refused(
            _("Nobody has written down yet which datum is wrong and what is right. Ask the community again."),
            field="outcome",
        )
    owner, code = owner_of(wish.datum)
    if owner is None:
        raise Refused(_("Choose which datum is wrong."), field="outcome")
    with acting(job()) as corrector:
        discovery.resolve(owner.correct)(asked.subject_id, code, wish.value, case.pk, corrector)
    done = Correction.objects.visible_to(by, purpose=by.work_purpose).filter(pk=case.pk)
    done.update(corrected_at=clock.now())
    audit.record(
        "privacy.correct",
        "privacy.RightsRequest",
        case.pk,
        scope_code=case.scope_code,
        values={"datum": wish.datum},
    )
