"""Login, posts, who looked, audit."""

from django.urls import path

from lianglin.access import views

app_name = "access"
urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("logout/", views.logout_page, name="logout"),
    path("start/", views.start, name="start"),
    path("posts/", views.posts, name="posts"),
    path("posts/switch/", views.switch, name="switch"),
    path("looks/", views.who_looked, name="who_looked"),
    path("audit/", views.audit_page, name="audit"),
    path("audit/verify/", views.verify, name="verify"),
]
