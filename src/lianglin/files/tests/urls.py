"""The pages of every package, and a form that takes pictures."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from lianglin.files import uploads
from lianglin.files.forms import PhotosField
from lianglin.kit import discovery


class Report(forms.Form):
    text = forms.CharField()
    photos = PhotosField()


def report(request: HttpRequest) -> HttpResponse:
    form = Report(request.POST, request.FILES)
    if form.is_valid():
        return JsonResponse({"stored": [photo.original_name for photo in form.cleaned_data["photos"]]})
    shown_again = {"text": form["text"].value(), "errors": form.errors.get("photos", [])}
    return JsonResponse(shown_again, status=uploads.status(request))


urlpatterns = [path("report/", report), path("api/v1/x/", report)]
urlpatterns += [
    path(manifest.path, include(manifest.urls)) for manifest in discovery.manifests() if manifest.urls
]
