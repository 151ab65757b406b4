from lianglin.appeals.views import desk, matters, orders, problems, public, rule_sets, whistles

app_name = "appeals"
urlpatterns = [
    *public.routes,
    *matters.routes,
    *desk.routes,
    *orders.routes,
    *rule_sets.routes,
    *whistles.routes,
    *problems.routes,
]
