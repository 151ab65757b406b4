from lianglin.appeals.api import open311
from lianglin.appeals.views import (
    desk,
    matters,
    orders,
    public,
    publication_rules,
    publications,
    rule_sets,
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
    *publication_rules.routes,
    *publications.routes,
    *open311.routes,
]
