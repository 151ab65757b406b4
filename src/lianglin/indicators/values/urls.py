"""Addresses of one figure, goals, imported and stated figures, definitions."""

from __future__ import annotations

from django.urls import URLPattern, path

from lianglin.indicators.values.views import figure, imported, stated, targets

routes: list[URLPattern] = [
    path("one/<str:code>/", figure.figure, name="figure"),
    path("one/<str:code>/definition/", figure.definition, name="figure_definition"),
    path("goals/", targets.listed, name="targets"),
    path("goals/changes/", targets.changed, name="target_changes"),
    path("goals/propose/", targets.propose, name="target_new"),
    path("goals/<int:pk>/", targets.change, name="target_change"),
    path("goals/<int:pk>/back/", targets.withdraw, name="target_back"),
    path("imported/", imported.listed, name="imported"),
    path("imported/bring/", imported.bring, name="import_new"),
    path("imported/template.<str:kind>", imported.template, name="import_template"),
    path("imported/values/<int:pk>/", imported.value, name="imported_value"),
    path("imported/<uuid:key>/", imported.one, name="import"),
    path("imported/<uuid:key>/back/", imported.withdraw, name="import_back"),
    path("imported/<uuid:key>/file/", imported.original, name="import_file"),
    path("stated/", stated.listed, name="stated"),
    path("definitions/", stated.definitions_page, name="definitions"),
    path("definitions.csv", stated.definitions_csv, name="definitions_csv"),
]
