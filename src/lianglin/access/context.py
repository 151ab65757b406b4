"""What templates are told about who acts: the post, openly, and the posts one could switch to."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from lianglin.access.models import AuditCheck
from lianglin.access.queries import POSTS_KEY, posts_in_force
from lianglin.kit.addresses import address


def acting(request: HttpRequest) -> dict[str, Any]:
    """``post`` (name, place, url), ``posts`` (only read when there are several), ``post_switch_url``, ``logout_url``."""
    actor = getattr(request, "actor", None)
    if actor is None or actor.account_id is None:
        return {}
    several = request.session.get(POSTS_KEY, 1) > 1
    return {
        "post": {"name": actor.title, "place": actor.organisation_name, "url": address("access:posts")},
        "posts": SimpleLazyObject(lambda: _options(actor)) if several else [],
        "post_switch_url": address("access:switch"),
        "lent": actor.lent and _lent(actor),
        "alarms": SimpleLazyObject(_alarms) if actor.may("access.audit") else [],
        "logout_url": address("access:logout"),
    }


def _alarms() -> list[dict[str, Any]]:
    """What stands on every page of who watches over the audit while the newest verification found something."""
    if transaction.get_rollback():  # the page of an error: nothing can be read any more
        return []
    last = AuditCheck.objects.only("id", "findings").order_by("-id").first()
    if last is None or not last.findings:
        return []
    return [
        {
            "title": _("The audit does not fit"),
            "text": ngettext(
                "The last verification found %(n)s place that does not fit.",
                "The last verification found %(n)s places that do not fit.",
                last.findings,
            )
            % {"n": last.findings},
            "url": reverse("access:audit_check", args=[last.pk]),
            "action": _("Look at it"),
        }
    ]


def _lent(actor: Any) -> dict[str, Any]:
    """What a page under a help ticket or an emergency opening says on top: where one acts, and the way back."""
    glass = actor.lent == "glass"
    return {
        "title": _("Emergency opening") if glass else _("You help in another area"),
        "text": _("Every page you open is written down. You act in %(place)s.") % {"place": actor.low}
        if glass
        else _("You act in %(place)s, for the purposes of the ticket alone.") % {"place": actor.low},
        "url": reverse("access:act_as_usual"),
        "action": _("End it and go back to my post") if glass else _("Back to my own post"),
    }


def _options(actor: Any) -> list[dict[str, Any]]:
    english = get_language() == "en"
    return [
        {
            "id": post.pk,
            "label": f"{(english and post.title_en) or post.title} · {(english and post.organisation.name_en) or post.organisation.name}",
            "current": post.pk == actor.post_id,
        }
        for post in posts_in_force(actor.account_id)
    ]
