"""Addresses beside the reports themselves: templates of offices, schedules, sending."""

from django.urls import path

from lianglin.indicators.reports.designs import views as designs
from lianglin.indicators.reports.own import views as layouts
from lianglin.indicators.reports.schedules import views as schedules
from lianglin.indicators.reports.sending import views as sending

urlpatterns = [
    path("reports/layouts/", layouts.listed, name="layouts"),
    path("reports/layouts/names/<str:code>/", layouts.naming, name="layout_names"),
    path("reports/layouts/sample/<str:code>/", layouts.sample, name="layout_sample"),
    path("reports/layouts/<uuid:key>/", layouts.one, name="layout"),
    path("reports/layouts/<uuid:key>/end/", layouts.end, name="end_layout"),
    path("reports/layouts/<uuid:key>/<slug:which>.docx", layouts.file, name="layout_file"),
    path("reports/composed/", designs.listed, name="designs"),
    path("reports/composed/<uuid:key>/", designs.one, name="design"),
    path("reports/composed/<uuid:key>/preview/", designs.preview, name="preview_design"),
    path("reports/composed/<uuid:key>/hand-in/", designs.hand_in, name="hand_in_design"),
    path("reports/composed/<uuid:key>/next/", designs.next_version, name="next_design"),
    path("reports/composed/<uuid:key>/end/", designs.end, name="end_design"),
    path("reports/composed/<uuid:key>/name/", designs.rename, name="rename_design"),
    path("reports/composed/<uuid:key>/<int:at>/", designs.section, name="design_section"),
    path("reports/composed/<uuid:key>/<int:at>/move/", designs.shift, name="shift_section"),
    path("reports/schedules/", schedules.listed, name="schedules"),
    path("reports/schedules/new/", schedules.new, name="new_schedule"),
    path("reports/schedules/<uuid:key>/", schedules.one, name="schedule"),
    path("reports/schedules/<uuid:key>/<slug:what>/", schedules.move, name="move_schedule"),
    path("reports/<uuid:key>/send/", sending.send, name="send_report"),
    path("reports/copies/<uuid:key>/", sending.handed_over, name="hand_over_copy"),
    path("reports/received/", sending.inbox, name="received_reports"),
    path("reports/received/<uuid:key>/", sending.received, name="received"),
    path("reports/received/<uuid:key>/report.pdf", sending.received_pdf, name="received_pdf"),
]
