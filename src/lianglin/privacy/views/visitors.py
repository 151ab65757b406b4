"""Who visits a resident's pages: somebody known by login or receipt, or nobody yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from lianglin.access.actor import Actor
from lianglin.access.gate import acting
from lianglin.privacy.queries.subjects import Key


def key_of(actor: Actor) -> Key | None:
    """Whose data this visitor may see: the own by login, else that of the matter held; None for anybody else."""
    if actor.role != "resident":
        return None
    if actor.resident_id is not None:
        return Key("resident", actor.resident_id)
    return Key("case", actor.case_id) if actor.case_id is not None else None


def known(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lets in whoever proved to be somebody; everybody else is told how."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = key_of(acting(request))
        if key is None:
            return HttpResponseRedirect(reverse("privacy:mine"))
        return view(request, key, *args, **kwargs)

    return guarded
