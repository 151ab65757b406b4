from lianglin.appeals.views import desk, matters, orders, public, rule_sets, terms, texts, whistles

app_name = "appeals"
urlpatterns = [
    *public.routes,
    *matters.routes,
    *desk.routes,
    *orders.routes,
    *rule_sets.routes,
    *terms.routes,
    *texts.routes,
    *whistles.routes,
]
