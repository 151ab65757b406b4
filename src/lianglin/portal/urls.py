from django.urls import URLPattern, path

from lianglin.portal.views import demo, home, work

app_name = "portal"
urlpatterns: list[URLPattern] = [
    path("", home.home, name="home"),
    path("search/", home.search_page, name="search"),
    path("city/", home.city, name="city"),
    path("demo/", demo.story, name="demo"),
    path("demo/as/", demo.become, name="demo_as"),
    path("demo/meet/", demo.meet, name="demo_meet"),
    path("demo/advance/", demo.advance, name="demo_advance"),
    path("demo/anew/", demo.anew, name="demo_anew"),
    path("demo/neighbour/", demo.neighbour, name="demo_neighbour"),
    *work.routes,
]
