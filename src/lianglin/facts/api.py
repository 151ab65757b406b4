"""The API of the registry: open to everybody, since it holds definitions and nobody's data."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from lianglin.facts import registry
from lianglin.facts.models import DataElement
from lianglin.kit.errors import Missing
from lianglin.places.api import Refusal

router = Router()


class ValueOut(Schema):
    code: str
    label: str
    label_en: str


class ElementOut(Schema):
    """One data element, shaped after ISO/IEC 11179."""

    code: str
    object_class: str
    property_term: str
    name: str
    name_en: str
    definition: str
    definition_en: str
    kind: str
    unit: str
    domain: str
    steward: str
    standard: str
    freshness_days: int | None
    sensitivity: str
    derived_from: str
    basis: str
    keep: str
    sample: bool


class ElementDetail(ElementOut):
    values: list[ValueOut]


@router.get("elements", response=list[ElementOut], url_name="facts_elements")
def elements(request: HttpRequest) -> list[DataElement]:
    """Every data element in force, by code."""
    return [element for element in registry.elements().values() if element.retired_on is None]


@router.get("elements/{code}", response={200: ElementDetail, 404: Refusal}, url_name="facts_element")
def element(request: HttpRequest, code: str) -> dict[str, object]:
    """One data element with the values it permits."""
    found = registry.elements().get(code)
    if found is None:
        raise Missing(_("The registry has no such data element."))
    values = registry.permitted().get(found.domain, {}).values()
    return {
        **{name: getattr(found, name) for name in ElementOut.model_fields},
        "values": [{"code": v.code, "label": v.label, "label_en": v.label_en} for v in values],
    }
