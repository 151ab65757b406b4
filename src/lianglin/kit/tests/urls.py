"""The addresses the galleries link to; the gallery needs nothing of the rest of the house."""

from django.urls import include, path

urlpatterns = [
    path("settings/", include("lianglin.kit.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
