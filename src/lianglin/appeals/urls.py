from lianglin.appeals.views import desk, matters, public, rule_sets

app_name = "appeals"
urlpatterns = [*public.routes, *matters.routes, *desk.routes, *rule_sets.routes]
