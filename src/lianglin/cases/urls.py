from django.urls import path

from lianglin.cases.views import filters, going, on_call, papers, standing_in, working_days

app_name = "cases"
urlpatterns = [
    path("go/<int:pk>/", going.go, name="go"),
    path("papers/", papers.listed, name="papers"),
    path("papers/ask/", papers.ask, name="export"),
    path("papers/morning/", papers.sheet, name="morning"),
    path("filters/", filters.keep, name="keep_filter"),
    path("filters/<int:pk>/forget/", filters.forget, name="forget_filter"),
    path("papers/<uuid:key>/", papers.fetch, name="fetch"),
    path("calendar/", working_days.page, name="calendar"),
    path("calendar/year/", working_days.announce_year, name="calendar_year"),
    path("on-call/", on_call.page, name="on_call"),
    path("on-call/<int:pk>/clear/", on_call.clear, name="clear_turn"),
    path("standing-in/", standing_in.page, name="standing_in"),
    path("standing-in/cover/", standing_in.cover, name="cover"),
    path("standing-in/cover/<int:pk>/end/", standing_in.end, name="end_cover"),
    path("standing-in/case/", standing_in.give, name="delegate"),
    path("standing-in/case/back/", standing_in.back, name="take_back"),
    path("standing-in/all/", standing_in.everything, name="hand_over"),
    path("standing-in/list/<int:pk>/", standing_in.handed, name="handover"),
]
