"""Addresses of the operator's pages."""

from django.urls import path

from lianglin.operation.views import errors, home

app_name = "operation"
urlpatterns = [
    path("", home.home, name="home"),
    path("handbook/", home.handbook_page, name="handbook"),
    path("errors/", errors.error_list, name="errors"),
    path("errors/<int:pk>/", errors.kind, name="kind"),
    path("jobs/", home.failed_jobs, name="jobs"),
    path("jobs/<int:pk>/again/", home.job_again, name="job_again"),
]
