"""Addresses of passkeys, in the name space of the access package."""

from django.urls import path

from lianglin.access.passkeys import views

urlpatterns = [
    path("login/passkey/", views.log_in, name="passkey_login"),
    path("security/passkeys/", views.own, name="passkeys"),
    path("security/passkeys/new/", views.new, name="new_passkey"),
    path("security/passkeys/remove/", views.remove, name="remove_passkey"),
    path("security/passkeys/prove/", views.prove, name="prove_passkey"),
]
