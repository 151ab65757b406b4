from lianglin.privacy.views import desk, own, public

app_name = "privacy"
urlpatterns = [*public.routes, *own.routes, *desk.routes]
