"""Root URLs: walks the manifests and names no domain."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from lianglin.kit import discovery

urlpatterns: list[URLPattern | URLResolver] = [path("i18n/", include("django.conf.urls.i18n"))]
urlpatterns += [path(manifest.path, include(manifest.urls)) for manifest in discovery.manifests() if manifest.urls]
