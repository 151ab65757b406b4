"""Addresses of the texts of messages."""

from django.urls import URLPattern, path

from lianglin.notices.wording import views

routes: list[URLPattern] = [
    path("texts/", views.listed, name="texts"),
    path("texts/of/<str:code>/", views.one, name="text"),
    path("texts/of/<str:code>/write/", views.write, name="text_write"),
    path("texts/of/<str:code>/back/", views.go_back, name="text_back"),
    path("texts/<int:pk>/", views.version, name="text_version"),
    path("texts/<int:pk>/withdraw/", views.withdraw, name="text_withdraw"),
]
