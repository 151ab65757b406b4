"""One named person's restricted rows are opened to save life, health or property (PIPL art. 13 (4), 18; decision 0032)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from lianglin.access.actor import TOP, Actor, job
from lianglin.access.governance import widening
from lianglin.access.models import BreakGlass
from lianglin.access.transaction import acting, together
from lianglin.kit.crypto import match_key
from lianglin.kit.errors import Refused
from lianglin.kit.restricted import is_marked, marked, plain
from lianglin.people.models import Resident

KNOWN_BY = ("id_number", "phone", "born_on")
SPACE = re.compile(r"[\s\u3000-]")


def open_for(*, name: str, known: Mapping[str, Any], reason: str, by: Actor) -> BreakGlass:
    """Opens the file of the one person of the own area who has this name and what else is known.

    ``known``: some of ``id_number``, ``phone``, ``born_on``; each given one must fit. Refused where nobody or several
    do (alike, whether there is such a person elsewhere or not), and where the data is not restricted.
    """
    by.require("access.break_glass")
    given = {key: _clean(known[key]) for key in KNOWN_BY if known.get(key)}
    if not given:
        raise Refused(
            _("Give the ID number, the phone or the birth date beside the name."), field="id_number"
        )
    with together():
        person = _the_one(name.strip(), given, by)
        if person is None:
            raise Refused(
                _(
                    "No single person of your area fits. Check what you entered, or call the data-protection officer."
                ),
                field="name",
            )
        if not is_marked(person.scope_code):
            raise Refused(
                _("The use of this person's data is not restricted. Open the file as usual."), field="name"
            )
        return widening.break_glass_for(
            resident_id=person.pk, scope_code=plain(person.scope_code), reason=reason, by=by
        )


def _clean(value: Any) -> Any:
    return SPACE.sub("", value).upper() if isinstance(value, str) else value


def _the_one(name: str, given: Mapping[str, Any], by: Actor) -> Resident | None:
    fits: dict[str, Any] = {"born_on": given["born_on"]} if "born_on" in given else {}
    for key, column in (("id_number", "id_match"), ("phone", "phone_match")):
        if key in given:
            fits[column] = match_key(given[key], key)
    here = Q(scope_code__gte=by.low, scope_code__lt=by.high)
    closed = Q(scope_code__gte=marked(by.low), scope_code__lt=marked(by.low) + TOP)
    with acting(job()) as keeper:
        rows = Resident.objects.visible_to(keeper, purpose="system").filter(here | closed, name=name, **fits)
        found = list(rows.filter(merged_into__isnull=True)[:2])
    return found[0] if len(found) == 1 else None
