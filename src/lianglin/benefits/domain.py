"""The benefits domain: what it plugs into the house, put together from its three parts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from lianglin.benefits.rules import claims_part as claims
from lianglin.benefits.rules import figures_part as figures
from lianglin.benefits.rules import life_part as life
from lianglin.benefits.rules import matching_part as matching
from lianglin.kit.domain import Domain

_PARTS = (life, matching, claims, figures)


def _all(name: str) -> tuple[Any, ...]:
    """What the parts offer of one kind; a part that has none of it does not name it."""
    return tuple(one for part in _PARTS for one in vars(part).get(name, ()))


DOMAIN = Domain(
    code="benefits",
    label=_("Benefits"),
    order=110,
    urls="lianglin.benefits.urls",
    path="benefits/",
    duties=_all("DUTIES"),
    roles=_all("ROLES"),
    role_duties={
        role: tuple(duty for part in _PARTS for duty in part.ROLE_DUTIES.get(role, ()))
        for role in sorted({role for part in _PARTS for role in part.ROLE_DUTIES})
    },
    navigation=_all("NAVIGATION"),
    guards=_all("GUARDS"),
    personal=_all("PERSONAL"),
    retention=_all("RETENTION"),
    subjects=_all("SUBJECTS"),
    follows=_all("FOLLOWS"),
    lifecycles=_all("LIFECYCLES"),
    indicators=_all("INDICATORS"),
    reports=_all("REPORTS"),
    panels=_all("PANELS"),
    lists=_all("LISTS"),
    errands=_all("ERRANDS"),
    answers=_all("ANSWERS"),
    listeners=_all("LISTENERS"),
    notices=_all("NOTICES"),
    handovers=_all("HANDOVERS"),
    periodic=_all("PERIODIC"),
    nightly=_all("NIGHTLY"),
    database=_all("DATABASE"),
    commands=_all("COMMANDS"),
    assess=("sensitive", "automated"),
    rows=_all("ROWS"),
    seed="lianglin.benefits.seed.load:seed",
)
