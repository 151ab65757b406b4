from lianglin.privacy.views import desk, emergency, own, public, runs

app_name = "privacy"
urlpatterns = [*public.routes, *own.routes, *desk.routes, *emergency.routes, *runs.routes]
