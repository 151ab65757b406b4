"""The operation domain: what it plugs into the house."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Domain, Duty, Guard, NavItem, Notice, Panel
from lianglin.operation.queries.listed import SIGNS

_READ = {"administrator": Access("S"), "job": Access("SD")}

DOMAIN = Domain(
    code="operation",
    label=_("Operation"),
    order=950,
    urls="lianglin.operation.urls",
    path="operation/",
    duties=(
        Duty("operation.watch", _("see how the system runs")),
        Duty("operation.act", _("judge errors, run failed jobs again")),
    ),
    role_duties={"administrator": ("operation.watch", "operation.act")},
    guards=(
        Guard("operation.ErrorKind", {"administrator": Access("SU"), "job": Access("SUD")}),
        Guard("operation.ErrorHour", _READ),
        Guard("operation.ErrorMark", _READ),
        Guard("operation.TrafficHour", _READ),
    ),
    navigation=(
        NavItem("admin", _("How it runs"), "operation:home", "chart", "operation.watch", 40),
        NavItem(
            "admin",
            _("Errors"),
            "operation:errors",
            "warn",
            "operation.watch",
            41,
            "lianglin.operation.queries.errors:waiting",
        ),
        NavItem("admin", _("Jobs given up"), "operation:jobs", "clock", "operation.watch", 42),
    ),
    notices=(
        Notice(
            "operation.new_errors",
            _("new kinds of errors"),
            {
                "zh-hans": "系统出现{count}类新的错误，请查看并处理。",
                "en": "{count} new kinds of errors came up in the system. Look at them.",
            },
            ("count",),
        ),
    ),
    panels=(Panel("my_work", "operation/_alarm.html", "lianglin.operation.views.home:panel", 5),),
    database=("lianglin.operation.queries.install:install",),
    signs=SIGNS,
)
