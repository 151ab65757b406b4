"""Refusals of the interface speak JSON: also those that are made before an operation is found, or around it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

PROBLEM = "application/problem+json"
BELOW = "/api/"
SAID = {
    403: ("Forbidden", "The request was refused: a page's form needs its token, a program a key of its own."),
    404: ("Not found", "There is no such address. The interface is described at /api/v1/openapi.json."),
    405: ("Method not allowed", "This address takes the methods named in Allow."),
    413: ("Too large", "The body is larger than what is taken here."),
}
ELSE = ("Error", "The request could not be answered.")


class ApiProblems:
    """Puts application/problem+json where a page was made for a person; status and headers stay."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer, in the form that programs read."""
        response = self.get_response(request)
        kind = response.headers.get("Content-Type", "")
        if response.status_code < 400 or not request.path.startswith(BELOW) or "html" not in kind:
            return response
        title, detail = SAID.get(response.status_code, ELSE)
        body = {"type": "about:blank", "title": title, "status": response.status_code, "detail": detail}
        answer = JsonResponse(body, status=response.status_code, content_type=PROBLEM)
        for name, value in response.headers.items():
            if name not in ("Content-Type", "Content-Length", "Content-Language"):
                answer[name] = value
        answer.cookies = response.cookies
        return answer
