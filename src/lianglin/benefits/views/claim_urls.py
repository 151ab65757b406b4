"""Addresses of claims: the desk, a resident's own, public notices, the self-check."""

from __future__ import annotations

from django.urls import URLPattern

from lianglin.benefits.views import claim_mandates, claims, own, self_check
from lianglin.benefits.views import public_notices as notices

urlpatterns: list[URLPattern] = [
    *claim_mandates.routes,
    *claims.routes,
    *own.routes,
    *notices.routes,
    *self_check.routes,
]
