"""Several appeals on one matter."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access.actor import Actor
from lianglin.appeals.actions.asking import on_case
from lianglin.cases import actions as cases
from lianglin.cases.models import Case
from lianglin.kit.errors import Refused


@on_case
def merge(case: Case, *, by: Actor, parent: Case, note: str = "", seen_version: int | None = None) -> Case:
    """Joins a repeat to the earlier appeal, which stays as it is."""
    if parent.pk == case.pk or parent.state == "merged":
        raise Refused(_("Choose an earlier appeal that is not itself merged."), field="parent")
    cases.move(
        case,
        "merge",
        by=by,
        seen_version=seen_version,
        note=note,
        data={"parent": parent.number},
        changes={"parent_id": parent.pk},
    )
    return case
