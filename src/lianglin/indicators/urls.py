from django.urls import path

from lianglin.indicators.views import desk, public

app_name = "indicators"
urlpatterns = [
    path("", desk.dashboard, name="dashboard"),
    path("table.csv", desk.table_csv, name="table_csv"),
    path("parts/", desk.parts, name="parts"),
    path("rows/<str:code>/", desk.rows, name="rows"),
    path("definitions/", public.definitions, name="definitions"),
    path("public/", public.public, name="public"),
]
