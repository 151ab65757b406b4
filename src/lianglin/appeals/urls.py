from lianglin.appeals.views import (
    calls,
    desk,
    ledgers,
    matters,
    my_petition,
    orders,
    petitions,
    provisions,
    public,
    rating,
    rule_sets,
    side,
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
    *calls.routes,
    *side.routes,
    *petitions.routes,
    *my_petition.routes,
    *rating.routes,
]
