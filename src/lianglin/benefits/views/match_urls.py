"""Addresses of matching."""

from __future__ import annotations

from django.urls import URLPattern, path

from lianglin.benefits.views import household, take_up, worklists

urlpatterns: list[URLPattern] = [
    path("matches/", worklists.listed, name="matches"),
    path("matches/list/<slug:which>/", worklists.listed, name="match_list"),
    path("matches/health-centre/", worklists.errands, name="health_errands"),
    path("matches/health-centre/<int:pk>/done/", worklists.errand_done, name="health_errand_done"),
    path("matches/health/", worklists.health, name="health_matches"),
    path("matches/health/<int:pk>/told/", worklists.health_told, name="health_told"),
    path("matches/<int:pk>/", worklists.one, name="match"),
    path("matches/<int:pk>/claim/", worklists.start, name="match_claim"),
    path("matches/<int:pk>/open-again/", worklists.open_again, name="match_open_again"),
    path("matches/<int:pk>/slip/", worklists.slip, name="match_slip"),
    path("households/<int:pk>/", household.household, name="household"),
    path("households/<int:pk>/package/", household.package_given, name="package_given"),
    path("households/<int:pk>/push/<int:resident>/", household.choose, name="choose_push"),
    path("my-matches/push/", household.choose_own, name="choose_own_push"),
    path("take-up/", take_up.dashboard, name="take_up"),
    path("take-up/feedback/", take_up.feedback, name="rule_feedback"),
]
