from django.urls import path

from lianglin.indicators.opened.urls import routes as opened
from lianglin.indicators.reports.urls import urlpatterns as report_urls
from lianglin.indicators.values import urls as values
from lianglin.indicators.views import breakdown, desk, public, reports, taking_out

app_name = "indicators"
urlpatterns = [
    path("", desk.dashboard, name="dashboard"),
    path("table.csv", desk.table_csv, name="table_csv"),
    path("sheet.<str:kind>", taking_out.sheet_file, name="sheet_file"),
    path("parts/", desk.parts, name="parts"),
    path("rows/<str:code>/", desk.rows, name="rows"),
    path("in-parts/", breakdown.page, name="breakdown"),
    path("reports/", reports.listed, name="reports"),
    path("reports/<uuid:key>/", reports.shown, name="report"),
    path("reports/<uuid:key>/edit/", reports.edit, name="edit_report"),
    path("reports/<uuid:key>/count/", reports.count_again, name="recount_report"),
    path("reports/<uuid:key>/issue/", reports.issue, name="issue_report"),
    path("reports/<uuid:key>/correct/", reports.correct, name="correct_report"),
    path("reports/<uuid:key>/withdraw/", reports.recall, name="recall_report"),
    path("reports/<uuid:key>/file/", reports.ask_file, name="report_file"),
    path("reports/files/<uuid:key>/", reports.fetch, name="fetch_report"),
    *report_urls,
    *values.routes,
    path("public/", public.public, name="public"),
    *opened,
]
