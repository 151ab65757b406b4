"""Addresses of benefits."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver

from lianglin.benefits.views import claim_urls, life_urls, match_urls

app_name = "benefits"
urlpatterns: list[URLPattern | URLResolver] = [
    *life_urls.urlpatterns,
    *match_urls.urlpatterns,
    *claim_urls.urlpatterns,
]
