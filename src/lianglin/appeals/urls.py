from lianglin.appeals.views import (
    catalogue,
    desk,
    hotlines,
    knowledge,
    mails,
    matters,
    orders,
    public,
    rule_sets,
    whistles,
)

app_name = "appeals"
urlpatterns = [
    *public.routes,
    *matters.routes,
    *desk.routes,
    *hotlines.routes,
    *catalogue.routes,
    *knowledge.routes,
    *mails.routes,
    *orders.routes,
    *rule_sets.routes,
    *whistles.routes,
]
