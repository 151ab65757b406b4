"""Root URLs: walks the manifests and names no domain."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lianglin.kit import discovery
from lianglin.project import health, metrics
from lianglin.project.api import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", api.urls),
]
urlpatterns += [
    path(manifest.path, include(manifest.urls)) for manifest in discovery.manifests() if manifest.urls
]
