"""Addresses of keys, in the name space of the access package."""

from django.urls import path

from lianglin.access.keys import views

urlpatterns = [
    path("security/keys/", views.keys, name="keys"),
    path("security/keys/new/", views.new, name="new_key"),
    path("security/keys/<int:pk>/made/", views.made_before, name="key_made"),
    path("security/keys/revoke/", views.revoke, name="revoke_key"),
]
