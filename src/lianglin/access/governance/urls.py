"""Addresses of the offices, all in the name space of the access package."""

from django.urls import path

from lianglin.access.governance.views import accounts, audit, changes, keys, lending

urlpatterns = [
    path("password/", accounts.first_password, name="first_password"),
    path("manage/accounts/", accounts.account_list, name="accounts"),
    path("manage/accounts/new/", accounts.account_new, name="account_new"),
    path("manage/accounts/<int:pk>/", accounts.account, name="account"),
    path("manage/accounts/<int:pk>/post/", accounts.post_new, name="post_new"),
    path("manage/accounts/<int:pk>/close/", accounts.account_close, name="account_close"),
    path("manage/accounts/<int:pk>/password/", accounts.account_password, name="account_password"),
    path("manage/accounts/<int:pk>/link/", accounts.account_link, name="account_link"),
    path("manage/posts/", accounts.post_list, name="all_posts"),
    path("manage/posts/<int:pk>/end/", accounts.post_end, name="post_end"),
    path("manage/organisations/", accounts.organisation_list, name="organisations"),
    path("manage/organisations/new/", accounts.organisation, name="organisation_new"),
    path("manage/organisations/<int:pk>/", accounts.organisation, name="organisation"),
    path("changes/", changes.change_list, name="changes"),
    path("changes/<int:pk>/", changes.change, name="change"),
    path("help/", lending.help_page, name="help"),
    path("help/area/", lending.help_area, name="help_area"),
    path("help/<int:pk>/", lending.help_decide, name="help_decide"),
    path("emergency/", lending.glasses, name="glasses"),
    path("emergency/<int:pk>/", lending.glass, name="glass"),
    path("under/<str:kind>/<int:pk>/", lending.act_under, name="act_under"),
    path("usual/", lending.act_as_usual, name="act_as_usual"),
    path("keys/", keys.key_page, name="key_rings"),
    path("audit/checks/", audit.checks, name="audit_checks"),
    path("audit/checks/<int:pk>/", audit.check, name="audit_check"),
    path("audit/seals/", audit.seals, name="audit_seals"),
    path("audit/entry/", audit.entry, name="audit_entry"),
    path("audit/export/", audit.export, name="audit_export"),
]
