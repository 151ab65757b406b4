"""Programs at the API: a key in the Authorization header acts as its post, narrowed. Pages never take one."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse

from lianglin.access.keys import tokens
from lianglin.access.middleware import problem
from lianglin.access.transaction import become
from lianglin.kit import throttle
from lianglin.kit.errors import HouseError, TooMany

API = "/api/v1/"
ASKS = 'Bearer realm="lianglin", Basic realm="lianglin"'


class NotKnown(HouseError):
    """The key opens nothing."""

    status = 401


class ApiKeys:
    """Stands behind the actor's transaction. With a key, the cookie counts for nothing, and no CSRF token is asked."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Becomes the key's actor for the rest of the request; 401 for a key that opens nothing."""
        header = request.headers.get("Authorization", "")
        if not header or not request.path.startswith(API):
            return self.get_response(request)
        try:
            actor = tokens.actor_of(header, address=throttle.client_address(request))
        except TooMany as error:
            response = problem(request, error)
            response["Retry-After"] = error.code
            return response
        if actor is None:
            words = "This key is wrong, revoked or expired, or its post is no longer held. Make a new one."
            response = problem(request, NotKnown(words))
            response["WWW-Authenticate"] = ASKS
            return response
        request.user = AnonymousUser()
        request.actor = actor  # pyright: ignore[reportAttributeAccessIssue]
        become(actor)
        return self.get_response(request)
