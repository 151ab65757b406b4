"""What the duty list of communities adds to the manifest of its package."""

from django.utils.translation import gettext_lazy as _

from lianglin.kit.domain import Access, Duty, Everything, Guard, InScope, NavItem

_READS = ("auth", "handler", "helper", "resident", "public", "job")
_KEEPS = ("access.read_duty_list", "access.duty_list", "access.approve_duty_list")

DUTIES = (
    Duty("access.read_duty_list", _("read the duty list of communities")),
    Duty("access.duty_list", _("propose changes of the duty list")),
    Duty("access.approve_duty_list", _("approve changes of the duty list as the second person")),
)
ROLE_DUTIES = {
    **dict.fromkeys(
        ("community_worker", "street_coordinator", "unit_handler", "manager"), ("access.read_duty_list",)
    ),
    **dict.fromkeys(("district_coordinator", "city_coordinator"), _KEEPS),
}
GUARDS = (
    Guard(
        "access.CommunityDuty",
        {
            **dict.fromkeys(_READS, Access("S")),
            "staff": Access("SIU", Everything(), writes=InScope()),
            "administrator": Access("SIU"),
        },
    ),
    Guard(
        "access.DutyChange", {"staff": Access("SIU", Everything(), writes=InScope()), "handler": Access("S")}
    ),
)
NAVIGATION = (
    NavItem("rules", _("Duty list of communities"), "access:duty_list", "form", "access.read_duty_list", 40),
)
