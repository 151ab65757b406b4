"""Addresses of measures, their life and the catalogue."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from lianglin.benefits.views import (
    catalogue,
    city_figures,
    definitions,
    folders,
    measures,
    parameters,
    printing,
    reviewing,
    tables,
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.catalogue, name="catalogue"),
    path("measure/<slug:code>/", catalogue.measure, name="measure"),
    path("measure/<slug:code>/<int:pk>/", catalogue.version, name="measure_earlier"),
    path("package/<slug:code>/", printing.package, name="package"),
    path("package/<slug:code>/pdf/", printing.package_pdf, name="package_pdf"),
    path("desk/measures/", measures.listed, name="measures"),
    path("desk/measures/new/", measures.new, name="measure_new"),
    path("desk/measures/<int:pk>/", measures.one, name="measure_version"),
    path("desk/measures/<int:pk>/edit/", measures.edit, name="measure_edit"),
    path("desk/measures/<int:pk>/send/", measures.send, name="measure_send"),
    path("desk/measures/<int:pk>/amend/", measures.amend, name="measure_amend"),
    path("desk/measures/<int:pk>/counts/", reviewing.counts, name="measure_counts"),
    path("desk/measures/<int:pk>/count/", reviewing.ask, name="measure_count"),
    path("desk/definitions/", definitions.definitions, name="definitions"),
    path("desk/definitions/<int:pk>/", definitions.version, name="definitions_version"),
    path("desk/folder/", folders.folder, name="folder"),
    path("desk/folder/zip/", folders.zipped, name="folder_zip"),
    path("desk/figures/", city_figures.listed, name="city_figures"),
    path("desk/figures/<int:pk>/", city_figures.one, name="city_figure"),
    path("desk/parameters/", parameters.listed, name="parameters"),
    path("desk/parameters/table/", tables.table, name="parameter_table"),
    path("desk/parameters/upload/", tables.upload, name="parameter_upload"),
    path("desk/parameters/<int:pk>/", parameters.one, name="parameter"),
    path("desk/parameters/value/<int:pk>/", parameters.value, name="parameter_value"),
    path("desk/parameters/value/<int:pk>/back/", parameters.back, name="parameter_back"),
]
