from lianglin.appeals.api import open311
from lianglin.appeals.views import (
    desk,
    matters,
    orders,
    problems,
    public,
    publications,
    rule_sets,
    similarity,
    whistles,
)

app_name = "appeals"
urlpatterns = [
    *public.routes,
    *matters.routes,
    *desk.routes,
    *orders.routes,
    *rule_sets.routes,
    *similarity.routes,
    *whistles.routes,
    *publications.routes,
    *open311.routes,
    *problems.routes,
]
