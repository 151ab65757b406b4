"""Addresses of wishes."""

from django.urls import URLPattern, path

from lianglin.notices.preferences.views import desk, own, stopping

routes: list[URLPattern] = [
    path("wishes/", own.mine, name="wishes"),
    path("wishes/of/<int:pk>/", desk.of_resident, name="wishes_of"),
    path("mails/", desk.my_mail, name="my_mail"),
    path("stop/<str:token>/", stopping.stop, name="stop"),
    path("answers/", stopping.answers, name="answers"),
]
