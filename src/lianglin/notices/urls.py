from django.urls import path

from lianglin.notices import views
from lianglin.notices.delivery import views as delivery
from lianglin.notices.preferences.urls import routes as wishes
from lianglin.notices.webhooks import views as webhooks
from lianglin.notices.wording.urls import routes as texts

app_name = "notices"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.mark_read, name="mark_read"),
    path("open/<int:pk>/", views.open_one, name="open_one"),
    path("demo/", views.demo_inbox, name="demo_inbox"),
    path("draft/<slug:form>/", views.draft_save, name="draft_save"),
    path("draft/<slug:form>/discard/", views.draft_discard, name="draft_discard"),
    *delivery.routes,
    *webhooks.routes,
    *texts,
    *wishes,
]
