from django.urls import path

from lianglin.people.views import duplicates, far_duplicates, file, imports, index, texts

app_name = "people"
urlpatterns = [
    path("", index.index, name="index"),
    path("duplicates/", duplicates.pairs, name="duplicates"),
    path("duplicates/<int:pk>/", duplicates.pair, name="duplicate"),
    path("duplicates/elsewhere/", far_duplicates.halves, name="halves"),
    path("duplicates/elsewhere/<int:pk>/", far_duplicates.half, name="half"),
    path("duplicates/elsewhere/<int:pk>/undo/", far_duplicates.undo, name="undo_half"),
    path("duplicates/undo/<int:pk>/", duplicates.undo, name="undo_merge"),
    path("<int:pk>/away/", file.away, name="away"),
    path("imports/", imports.imports, name="imports"),
    path("imports/template/", imports.template, name="import_template"),
    path("imports/<int:pk>/", imports.one, name="import"),
    path("imports/<int:pk>/start/", imports.start, name="import_start"),
    path("imports/<int:pk>/drop/", imports.drop, name="import_drop"),
    path("imports/<int:pk>/findings.csv", imports.findings_csv, name="import_csv"),
    path("texts/", texts.texts, name="texts"),
    path("texts/new/", texts.publish, name="text_new"),
    path("<int:pk>/", file.show, name="file"),
    path("<int:pk>/guardians/new/", file.appoint, name="guardian_new"),
    path("<int:pk>/guardians/<int:subject>/end/", file.end_guardianship, name="guardian_end"),
    path("<int:pk>/consents/new/", file.paper, name="paper"),
]
