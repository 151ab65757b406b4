from lianglin.appeals.views import (
    desk,
    ledgers,
    matters,
    orders,
    provisions,
    public,
    rule_sets,
    supervision,
    whistles,
)

app_name = "appeals"
urlpatterns = [
    *public.routes,
    *matters.routes,
    *desk.routes,
    *orders.routes,
    *rule_sets.routes,
    *whistles.routes,
    *provisions.routes,
    *supervision.routes,
    *ledgers.routes,
]
