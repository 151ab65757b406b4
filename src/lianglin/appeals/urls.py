from lianglin.appeals.views import desk, public

app_name = "appeals"
urlpatterns = [*public.routes, *desk.routes]
