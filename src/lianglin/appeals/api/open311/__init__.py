"""Open311 GeoReport v2: what other programs read and send, in XML and JSON, by the specification's own names.

Source: https://wiki.open311.org/GeoReport_v2 and, for what is common beyond it, its extensions for updates, paging and
uploads. Anybody reads; sending needs a key (``api_key``) with the duty "appeals.open311". What is given out names nobody:
item, state, days, unit, the middle of the compound; words only where a person has confirmed them for the public.
"""

from __future__ import annotations

from django.urls import URLPattern, path

from lianglin.appeals.api.open311 import reading, sending

__all__ = ["routes"]

_PAGES = (
    ("discovery", "discovery", reading.discovery),
    ("services", "services", reading.services),
    ("services/<slug:code>", "service", reading.definition),
    ("requests", "requests", sending.requests),
    ("requests/<slug:code>", "request", reading.request_by_id),
    ("tokens/<slug:code>", "token", reading.token),
    ("servicerequestupdates", "updates", reading.updates),
)
routes: list[URLPattern] = [
    path(f"open311/v2/{where}.{form}", view, {"form": form}, name=f"open311_{name}_{form}")
    for where, name, view in _PAGES
    for form in ("xml", "json")
]
