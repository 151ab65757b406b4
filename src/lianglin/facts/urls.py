"""The registry, the facts of a household, contradictions."""

from django.urls import path

from lianglin.facts.views import household, registry

app_name = "facts"
urlpatterns = [
    path("elements/", registry.index, name="registry"),
    path("elements.csv", registry.export, name="export"),
    path("elements.json", registry.export_json, name="export_json"),
    path("elements/import/", registry.take_in, name="import"),
    path("elements/<str:code>/", registry.element, name="element"),
    path("households/", household.index, name="households"),
    path("households/<int:pk>/", household.card, name="household"),
    path("households/<int:pk>/<str:kind>/<int:subject>/<str:code>/", household.fact, name="fact"),
    path("conflicts/", household.conflicts, name="conflicts"),
    path("conflicts/<int:pk>/", household.conflict, name="conflict"),
]
