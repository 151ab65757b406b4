from lianglin.appeals.views import desk, matters, public

app_name = "appeals"
urlpatterns = [*public.routes, *matters.routes, *desk.routes]
