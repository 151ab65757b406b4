"""Addresses of the city's own login, in the name space of the access package."""

from django.urls import path

from lianglin.access.outside import list_views, views

urlpatterns = [
    path("logins/", list_views.link_lists, name="link_lists"),
    path("logins/template/", list_views.link_template, name="link_template"),
    path("logins/<int:pk>/", list_views.link_list, name="link_list"),
    path("login/outside/", views.there, name="outside"),
    path("login/outside/back/", views.back, name="outside_back"),
    path("login/outside/left/", views.left, name="outside_left"),
    path("security/outside/again/", views.again, name="outside_again"),
    path("security/outside/unlink/", views.unlink, name="outside_unlink"),
]
