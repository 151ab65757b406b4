"""Keeping a choice of filters under a name, sharing it with the unit, letting it go."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from lianglin.access import audit
from lianglin.access.actor import Actor
from lianglin.access.transaction import together
from lianglin.cases.models import SavedFilter
from lianglin.kit import clock, lists
from lianglin.kit.errors import Forbidden, Refused

MOST = 20
"""Filters of one post on one list: more than a person tells apart."""


def save_filter(
    *, by: Actor, list_code: str, name: str, query: Mapping[str, str], shared: bool = False
) -> SavedFilter:
    """Keeps a choice under a name; the same name again replaces it.

    Refused without a name, for a choice that narrows nothing, or when the post keeps twenty already.
    """
    wanted = lists.all_lists().get(list_code)
    if wanted is None:
        raise Refused(_("This list is not there any more."))
    by.require(wanted.duty)
    name = name.strip()[:24]
    if not name:
        raise Refused(_("Give the filter a name."), field="name")
    if not query:
        raise Refused(_("Nothing is narrowed yet. Choose something in the list first."), field="name")
    with together():
        own = SavedFilter.objects.filter(post_id=by.post_id, list_code=list_code)
        if own.exclude(name=name).count() >= MOST:
            raise Refused(_("Your post keeps twenty filters already. Let one go first."), field="name")
        made, _new = SavedFilter.objects.update_or_create(
            post_id=by.post_id,
            list_code=list_code,
            name=name,
            defaults={
                "organisation_id": by.organisation_id,
                "query": dict(query),
                "shared": shared,
                "saved_at": clock.now(),
            },
        )
        audit.record(
            "cases.save_filter", "cases.SavedFilter", made.pk, values={"name": name, "shared": shared}
        )
    return made


def let_go(*, by: Actor, filter_id: int) -> None:
    """Deletes one of the post's own filters."""
    with together():
        found = SavedFilter.objects.filter(pk=filter_id, post_id=by.post_id).first()
        if found is None:
            raise Forbidden(_("This filter is not your post's."))
        audit.record("cases.let_filter_go", "cases.SavedFilter", found.pk)
        found.delete()
