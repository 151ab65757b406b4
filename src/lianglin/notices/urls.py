from django.urls import path

from lianglin.notices import views

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.mark_read, name="mark_read"),
    path("demo/", views.demo_inbox, name="demo_inbox"),
    path("draft/<slug:form>/", views.draft_save, name="draft_save"),
    path("draft/<slug:form>/discard/", views.draft_discard, name="draft_discard"),
]
