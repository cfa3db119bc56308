"""Fields that state the area of their feature, with their unit, as the standards declare them (``seeds/standards``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from geozone.files import shipped
from geozone.manifest.declared import Declarations

_HELD = "area_differs"  # the check of what is stated against what is drawn


@cache
def area_fields() -> Mapping[str, str]:
    """Return the unit of each field that a standard holds against what is drawn; of one with two units nobody knows it."""
    units: dict[str, set[str]] = {}
    for path in sorted((shipped("seeds") / "standards").glob("*.toml")):
        tables = Declarations.read(path).tables
        held = {name for rule in tables["rule"] if rule["check"] == _HELD for name in rule.get("fields", ())}
        for field in tables.get("field", ()):
            if field["name"] in held and "unit" in field:
                units.setdefault(field["name"], set()).add(field["unit"])
    return MappingProxyType({name: unit for name, (unit, *others) in sorted(units.items()) if not others})
