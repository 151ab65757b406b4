"""The resident's login by phone, and 我的."""

from django.urls import URLPattern, path

from lianglin.logins import views

app_name = "logins"
urlpatterns: list[URLPattern] = [
    path("", views.me, name="me"),
    path("in/", views.phone, name="phone"),
    path("in/code/", views.code, name="code"),
    path("in/who/", views.who, name="who"),
    path("end/", views.end, name="end"),
    path("others/end/", views.end_others, name="end_others"),
    path("out/", views.out, name="out"),
]
