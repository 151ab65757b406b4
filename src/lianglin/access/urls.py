"""Login, posts, who looked, audit."""

from django.urls import path

from lianglin.access import again_views, security_views, session_views, views
from lianglin.access.duty_list import views as duty_list
from lianglin.access.governance import urls as offices
from lianglin.access.keys import urls as keys
from lianglin.access.outside import urls as outside
from lianglin.access.passkeys import urls as passkeys

app_name = "access"
urlpatterns = [
    path("login/", views.login_page, name="login"),
    path("login/code/", security_views.code_page, name="code"),
    path("security/", security_views.security, name="security"),
    path("security/app/", security_views.app, name="app"),
    path("security/codes/", security_views.codes, name="codes"),
    path("security/off/", security_views.off, name="off"),
    path("security/sessions/", security_views.end_sessions, name="end_sessions"),
    path("security/sessions/end/", session_views.end, name="end_session"),
    path("security/again/", again_views.again_page, name="again"),
    path("others/", session_views.others, name="others"),
    path("reset/", security_views.reset, name="reset"),
    path("logout/", views.logout_page, name="logout"),
    path("start/", views.start, name="start"),
    path("posts/", views.posts, name="posts"),
    path("posts/switch/", views.switch, name="switch"),
    path("looks/", views.who_looked, name="who_looked"),
    path("audit/", views.audit_page, name="audit"),
    path("audit/verify/", views.verify, name="verify"),
    *passkeys.urlpatterns,
    *outside.urlpatterns,
    *keys.urlpatterns,
    *offices.urlpatterns,
    *duty_list.routes,
]
