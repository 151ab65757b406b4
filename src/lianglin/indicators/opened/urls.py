"""The addresses of open figures, part of the package's own."""

from django.urls import path

from lianglin.indicators.opened.views import data, mapped

routes = [
    path("open/", data.catalogue, name="open"),
    path("open/catalogue.json", data.catalogue_json, name="open_catalogue"),
    path("open/map/", mapped.published, name="open_map"),
    path("open/map/shapes.json", mapped.published_json, name="open_map_json"),
    path("open/<str:code>/", data.explained, name="open_figure"),
    path("open/<str:code>/datapackage.json", data.package, name="open_package"),
    path("open/<str:code>.csv", data.csv, name="open_csv"),
    path("open/<str:code>.json", data.json, name="open_json"),
    path("map/", mapped.own, name="own_map"),
    path("map/shapes.json", mapped.own_json, name="own_map_json"),
]
