"""Is it alive, is it ready: for the process that watches over it. Neither says anything about the city."""

from __future__ import annotations

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.common import CommonMiddleware

from lianglin.project.doorway import WATCHED

HEARTBEAT_SECONDS = 60
"""A worker writes its heartbeat every ten seconds; six missed ones count as gone."""


class Common(CommonMiddleware):
    """Django's, which refuses a name that is not the city's; whoever watches asks a machine by its address."""

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """None for the pages of watching: nothing in them depends on the name."""
        return None if request.path in WATCHED else super().process_request(request)


def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers; touches no database."""
    return HttpResponse(b"ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, every migration is applied and a worker is alive; else 503."""
    parts = {"database": False, "migrations": False, "worker": False}
    try:
        with connection.cursor() as cursor:
            cursor.execute("select app || '.' || name from django_migrations")
            parts["database"] = True
            parts["migrations"] = known_migrations() <= {name for (name,) in cursor.fetchall()}
            cursor.execute(
                "select exists (select from procrastinate_workers"
                " where last_heartbeat > now() - make_interval(secs => %s))",
                [HEARTBEAT_SECONDS],
            )
            parts["worker"] = bool(cursor.fetchone()[0])
    except DatabaseError:
        pass
    return JsonResponse(parts, status=200 if all(parts.values()) else 503)


@cache
def known_migrations() -> frozenset[str]:
    """All migrations that this program brings, as "app.name"."""
    nodes = MigrationLoader(None).graph.nodes
    return frozenset(f"{app}.{name}" for app, name in nodes)
