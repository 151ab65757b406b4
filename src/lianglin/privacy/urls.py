from lianglin.privacy.views import desk, emergency, own, public

app_name = "privacy"
urlpatterns = [*public.routes, *own.routes, *desk.routes, *emergency.routes]
