from django.urls import path

from lianglin.gazetteer.views import changes, drawing, imports, points

app_name = "gazetteer"
urlpatterns = [
    path("changes/", changes.listed, name="changes"),
    path("changes/merge/", changes.merge, name="merge"),
    path("changes/rename/", changes.rename, name="rename"),
    path("changes/recode/", changes.recode, name="recode"),
    path("changes/boundary/", drawing.redraw, name="redraw"),
    path("changes/split/", drawing.split, name="split"),
    path("changes/grids/", drawing.grids, name="grids"),
    path("changes/around.json", drawing.around, name="around"),
    path("changes/<int:pk>/", changes.detail, name="change"),
    path("imports/", imports.listed, name="imports"),
    path("imports/<int:pk>/", imports.detail, name="import"),
    path("imports/<int:pk>/report.json", imports.report_json, name="import_json"),
    path("imports/<int:pk>/report.csv", imports.report_csv, name="import_csv"),
    path("points/", points.listed, name="points"),
    path("points/new/", points.new, name="point_new"),
    path("points/<int:pk>/", points.detail, name="point"),
]
