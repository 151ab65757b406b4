"""One attachment, to those who may see it."""

from __future__ import annotations

import hashlib
import logging

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from lianglin.access.middleware import require_acting
from lianglin.files import queries, store
from lianglin.files.models import Attachment
from lianglin.kit.errors import Forbidden, Missing

log = logging.getLogger("lianglin.files")
POLICY = "default-src 'none'; sandbox"
"""Should a browser ever take an attachment for a page, it may do nothing."""


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """The attachment of this stored name; a picture to be shown, a paper to be saved. 404 for whoever may not see it."""
    return _answer(_find(name), small=False)


@require_safe
def small(request: HttpRequest, name: str) -> HttpResponse:
    """The small copy of a picture, for lists."""
    found = _find(name)
    if not found.is_picture:
        raise Missing(_("This file has no small picture."))
    return _answer(found, small=True)


def _find(name: str) -> Attachment:
    """The row under that name, through the actor's scope. The public, and a purpose the post lacks, get the same 404."""
    try:
        found = queries.visible(require_acting()).filter(name=name).first()
    except Forbidden:
        found = None
    if found is None:
        raise Missing(_("There is no such file for the post or case that you act in."))
    return found


def _answer(found: Attachment, *, small: bool) -> HttpResponse:
    data = store.get(found.name, small=small)
    if data is None or (not small and hashlib.sha256(data).hexdigest() != found.sha256):
        log.error("attachment %s is missing from the store or was changed there", found.pk)
        raise Missing(
            _("This file is no longer in the store. Tell the administrator its number: %(number)s.")
            % {"number": found.pk}
        )
    response = HttpResponse(data, content_type=found.content_type)
    disposition = content_disposition_header(not found.is_picture, found.original_name)
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
