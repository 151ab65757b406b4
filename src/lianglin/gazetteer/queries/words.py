"""Findings of an import in words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

WORDS = {
    "not_text": _("The file is no text in UTF-8 or GB 18030. Save it as CSV (UTF-8)."),
    "not_table": _("The file cannot be read as a table. Save it as CSV."),
    "missing_column": _("These columns are missing: %(where)s."),
    "not_geojson": _("The file is no GeoJSON. Export it as GeoJSON in WGS 84."),
    "wrong_crs": _("The file says it is in %(where)s. Export it in WGS 84 (EPSG:4326)."),
    "bad_code": _("This is no valid code. Divisions have twelve digits, grids fifteen."),
    "double_code": _("The code or key stands in the file twice."),
    "no_name": _("The name is missing."),
    "no_key": _("The key is missing."),
    "no_parent": _("The place above it (%(parent)s) is neither in the file nor in the register."),
    "other_level": _("The file calls it %(said)s, its code says %(is_)s."),
    "renamed": _("Was %(old)s, will be %(new)s."),
    "double_name": _("The name occurs more than once: %(codes)s."),
    "retired": _("%(name)s is in the register but not in the file. It stays; plan a change if it is gone."),
    "code_retired": _("The code was another community's. A code is never given twice."),
    "bad_shape": _("The shape cannot be used: %(why)s."),
    "mended": _("The outline crossed itself a little and was mended."),
    "sliver": _("The area is thinner than two metres."),
    "overlap": _("Overlaps with %(other)s by %(square_metres)s m²."),
    "gap": _("A gap of %(square_metres)s m² that belongs to nobody."),
    "no_community": _("There is no community in force with the code %(community)s."),
    "grid_exists": _("The grid is in the register. Redraw it under Changes of places; it is left out here."),
    "grid_outside": _("%(square_metres)s m² of the grid lie outside of its community."),
    "boundary_exists": _("The community has a boundary already. Redraw it under Changes of places; it is left out here."),
    "bad_point": _("Longitude and latitude are no degrees."),
    "bad_count": _("Number, floors, units and doors must be whole numbers from 1."),
    "nowhere": _("The point lies in no community, and the row names none."),
    "moves": _("The building belongs to %(old)s, the file puts it into %(new)s. Plan a change; it is left out here."),
    "outside": _("The point lies outside of %(community)s (it is in %(there)s)."),
    "datum_unknown": _("No point of the file is known already, so the coordinate system could not be measured."),
    "datum_unsure": _("The coordinate system is not clear from %(pairs)s known points: %(values)s metres."),
    "datum_wrong": _(
        "The file is in %(where)s: %(pairs)s known points are shifted by %(east)s m east and %(north)s m north, "
        "and fit to %(metres)s m when read so. Bring it again with that coordinate system."
    ),
    "register_datum": _("The buildings of the register look as if they were in %(where)s: points inside footprints %(values)s."),
    "shared_footprint": _("%(count)s buildings of the register lie in one footprint; it is given to none."),
    "in_footprints": _("Of %(where)s buildings of the register %(count)s lie in one of %(footprints)s footprints."),
    "datum_fits": _("The coordinate system %(where)s fits: %(pairs)s known points to %(metres)s m."),
}  # fmt: skip


def said(finding: dict[str, Any]) -> str:
    """A stored finding in the reader's language."""
    words = WORDS.get(finding["code"])
    if words is None:
        return gettext("unknown finding")
    return str(words) % {**finding["values"], "where": finding["where"]}
