"""The API of the house: mounts every manifest's router under /api/v1; problems as application/problem+json."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, ClassVar

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.request import RawPostDataException
from django.utils.translation import get_language
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from lianglin.access.keys.gate import ASKS
from lianglin.access.middleware import problem
from lianglin.kit import discovery
from lianglin.kit.errors import HouseError
from lianglin.project.problems import PROBLEM


class HouseAPI(NinjaAPI):
    """Documents every refusal under the media type it has."""

    _documents: ClassVar[dict[str, OpenAPISchema]] = {}

    def get_openapi_schema(self, **which: Any) -> OpenAPISchema:
        """The OpenAPI document, with application/problem+json for all answers from 400 on.

        Made once per process and language: making it takes half a second, and anybody may ask for it.
        """
        key = f"{get_language()} {sorted(which.items())}"
        if key not in self._documents:
            self._documents[key] = self._documented(**which)
        return deepcopy(self._documents[key])

    def _documented(self, **which: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**which)
        for path in document["paths"].values():
            for operation in path.values():
                for status, answer in operation["responses"].items():
                    if int(status) >= 400 and "content" in answer:
                        answer["content"] = {PROBLEM: answer["content"]["application/json"]}
        document["components"]["securitySchemes"] = {
            "session": {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME},
            "token": {"type": "http", "scheme": "bearer", "description": "An API token: a post, narrowed."},
            "app_password": {
                "type": "http",
                "scheme": "basic",
                "description": "Login name and app password.",
            },
        }
        return document


api = HouseAPI(
    title="Lianglin",
    version="1",
    urls_namespace="api",
    docs_url=None,  # the viewer that ninja brings loads scripts from elsewhere; the document is at openapi.json
    description="Neighbourhood services of a city. The same permissions as the pages; lists page by cursor.",
)


def _problem(status: int, title: str, detail: str, **more: Any) -> HttpResponse:
    transaction.set_rollback(True)
    body = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    return JsonResponse(body, status=status, content_type=PROBLEM)


@api.exception_handler(HouseError)
def _house(request: HttpRequest, error: HouseError) -> HttpResponse:
    return problem(request, error)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    wrong = [{"field": _field(e["loc"]), "detail": e["msg"]} for e in error.errors]
    return _problem(422, "Invalid", "Some fields are missing or wrong; see errors.", errors=wrong)


def _field(loc: Sequence[Any]) -> str:
    """The name that the sender wrote: without "body" and the name of the function's parameter behind it."""
    return ".".join(str(part) for part in loc[2 if loc[0] == "body" else 1 :])


@api.exception_handler(RawPostDataException)
def _no_json(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """A form with files was sent: its body was read before, under the limits of uploads."""
    return _problem(415, "Unsupported media type", "Send the body as application/json.")


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _problem(401, "Unauthorized", "Log in first, or open the case with its number and secret.")
    # A browser with a session would show its own dialogue for Basic; a field client waits to be asked.
    keys = "" if settings.SESSION_COOKIE_NAME in request.COOKIES else f", {ASKS}"
    response["WWW-Authenticate"] = f'Session realm="lianglin"{keys}'
    return response


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(404, "Not found", str(error) or "There is nothing here for the post you act in.")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _problem(error.status_code, "Refused", str(error))


def mount() -> None:
    """Adds every declared router under its manifest's code."""
    for manifest in discovery.manifests():
        if manifest.api:
            router: Any = discovery.resolve(manifest.api)
            api.add_router(f"/{manifest.code}/", router, tags=[str(manifest.code)])


mount()
