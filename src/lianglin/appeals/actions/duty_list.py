"""The community's duty list as a guard: what is not on it is not given to a community."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lianglin.access.duty_list.queries import basis_of, duty_in_force
from lianglin.access.models import Organisation
from lianglin.appeals.models import Item
from lianglin.cases.models import Case
from lianglin.kit import clock
from lianglin.kit.errors import Refused


def must_not_be_a_community(unit: Organisation) -> None:
    """A street calls departments; what a community does is on its duty list."""
    if unit.kind == Organisation.Kind.COMMUNITY:
        raise Refused(_("Communities are not called in this way. Choose departments."), field="units")


def must_be_on_the_list(case: Case, unit: Organisation) -> None:
    """Refused where the unit is a community and the appeal's item is not among its duties today, naming the basis."""
    if unit.kind != Organisation.Kind.COMMUNITY:
        return
    item = Item.objects.filter(appeals__case_id=case.pk).first()
    day = clock.today()
    if item is not None and item.duty_code and duty_in_force(item.duty_code, unit.scope_code, day):
        return
    basis = basis_of(unit.scope_code, day)
    name = item.label if item else _("an appeal without an item")
    if not basis:
        raise Refused(
            _(
                "No duty list is in force here, so nothing is ordered from a community. Choose another unit, or have a list put in force."
            ),
            field="unit",
        )
    raise Refused(
        _("“%(item)s” is not on the duty list of communities (%(basis)s). Choose another unit.")
        % {"item": name, "basis": basis},
        field="unit",
    )
