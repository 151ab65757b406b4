from django.urls import path, re_path

from lianglin.places import near, views

app_name = "places"
urlpatterns = [
    path("map/city.pmtiles", views.tiles, name="tiles"),
    path("style.json", views.style, name="style"),
    path("services/", near.services_list, name="services"),
    path("services.json", near.services_json, name="services_json"),
    path("choose/", views.choose, name="choose"),
    re_path(r"^(?P<code>\d{4,12})/$", views.place, name="place"),
    re_path(r"^(?P<code>\d{4,12})/boundary\.json$", views.boundary, name="boundary"),
]
