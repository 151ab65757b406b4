"""我要反映: one question a page, each a plain form that works without a script; then the receipt."""

from __future__ import annotations

from django.urls import URLPattern, path

from lianglin.appeals.views import own
from lianglin.appeals.views.public import answers, closed, later, open_data, problems, subscriptions, typing
from lianglin.appeals.views.public.alike import alike, near
from lianglin.appeals.views.public.questions import photo, reach, tell, what
from lianglin.appeals.views.public.receipt import sent
from lianglin.appeals.views.public.sending import again, check
from lianglin.appeals.views.public.steps import following
from lianglin.appeals.views.public.where import where

__all__ = ["routes"]

routes: list[URLPattern] = [
    path("report/", what, name="report"),
    path("report/where/", where, name="report_where"),
    path("report/tell/", tell, name="report_tell"),
    path("report/alike/", alike, name="report_alike"),
    path("report/near/", near, name="report_near"),
    path("report/photo/", photo, name="report_photo"),
    path("report/reach/", reach, name="report_reach"),
    path("report/check/", check, name="report_check"),
    path("report/next/", following, name="report_next"),
    path("report/sent/", sent, name="report_sent"),
    path("report/again/", again, name="report_again"),
    *answers.routes,
    *later.routes,
    *typing.routes,
    *own.routes,
    *closed.routes,
    *open_data.routes,
    *subscriptions.routes,
    *problems.routes,
]
