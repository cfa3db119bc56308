"""Rules on a delivery as a whole, its layers and their fields."""

from __future__ import annotations

import re
from difflib import get_close_matches

import numpy as np
import pandas as pd
import pyproj
import shapely

from geozone.messages import text
from geozone.model import METRES_PER_DEGREE
from geozone.read.fields import means
from geozone.read.placing import crs_name
from geozone.standards.declared import Standard
from geozone.standards.delivery import Delivery, Table, as_numbers
from geozone.standards.rule_check import Checking

_DIMENSIONS = {"point": 0, "line": 1, "area": 2}
_DATUMS = {"CGCS2000": ("china geodetic coordinate system 2000", "china 2000", "cgcs2000")}
_FIELDS_SHARED = 0.6  # of the fields of a layer: so many speak for it, whatever it is called
_FIELDS_THAT_SPEAK = 4  # at least, without a name that is near
_NEAR = 0.6  # how near a name is that may be meant
_SAME_TOLERANCE = 0.02  # share by which a tolerance in degrees may differ


def known_tables(standard: Standard, delivery: Delivery) -> dict[str, Table]:
    """Return the layers of a delivery by what the standard calls them: by their names, else by their fields."""
    found: dict[str, Table] = {}
    for layer in standard.layers.values():
        for name in layer.names:
            table = next((one for one in delivery.tables if one.name.casefold() == name.casefold()), None)
            if table is not None and layer.id not in found:
                found[layer.id] = table
    for table in delivery.tables:
        if any(table is one for one in found.values()):
            continue
        likely = {
            name: likeness
            for name, layer in standard.layers.items()
            if name not in found and not layer.optional and (likeness := _likeness(standard, name, table))
        }
        if likely:
            found[max(likely, key=lambda name: likely[name])] = table
    return found


def file_name(checking: Checking) -> None:
    """Find a delivery that is not called as it should be."""
    options = checking.rule.options
    if checking.delivery.whole and not re.fullmatch(options["pattern"], checking.delivery.name):
        checking.tell(
            "file_name", checking.delivery.name, name=checking.delivery.name, example=options["example"]
        )


def layer_missing(checking: Checking) -> None:
    """Find layers that are missing."""
    if not checking.delivery.whole:
        return
    unread = {name.casefold() for name in checking.delivery.unread}
    for layer in checking.standard.concerned(checking.rule):
        there = layer.id in checking.tables or unread & {name.casefold() for name in layer.names}
        if not there and not layer.optional:
            names = ", ".join(layer.names)
            checking.tell("layer_missing", checking.delivery.name, title=layer.title, names=names)


def layer_name(checking: Checking) -> None:
    """Find what has the fields of a layer and not its name."""
    for name, table in checking.concerned:
        layer = checking.standard.layers[name]
        if table.name.casefold() not in {one.casefold() for one in layer.names}:
            names = ", ".join(layer.names)
            checking.tell("layer_name", table.name, name=table.name, title=layer.title, names=names)


def layer_unknown(checking: Checking) -> None:
    """Find layers that the standard does not know."""
    known = [name for layer in checking.standard.layers.values() for name in layer.names]
    for table in checking.delivery.tables:
        if not any(table is one for one in checking.tables.values()):
            near = get_close_matches(table.name, known, n=1, cutoff=_NEAR)
            said = text("standards.maybe", word=near[0]) if near else text("standards.nothing_near")
            checking.tell("layer_unknown", table.name, name=table.name, near=said)


def layer_empty(checking: Checking) -> None:
    """Find layers without features."""
    for _, table in checking.concerned:
        if not len(table.data):
            checking.tell("layer_empty", table.name, name=table.name)


def geometry_kind(checking: Checking) -> None:
    """Find features that are not areas, lines or points as the standard says of their layer."""
    for name, table in checking.concerned:
        kind = checking.standard.layers[name].kind
        dimensions = shapely.get_dimensions(table.geometries)
        present = ~shapely.is_missing(table.geometries) & ~shapely.is_empty(table.geometries)
        rows = np.flatnonzero(present & (dimensions != _DIMENSIONS[kind]))
        told = {"kind": text(f"standards.kind_{kind}")}
        checking.tell_rows("geometry_kind", table, [(int(row), dict(told)) for row in rows])


def reference_system(checking: Checking) -> None:
    """Find layers whose coordinates are not on the datum that the standard asks for."""
    wanted = checking.rule.options["datum"]
    for _, table in checking.concerned:
        system = table.layer.crs
        if system is not None and not _on_datum(system, wanted):
            checking.tell("reference_system", table.name, crs=crs_name(system), datum=wanted)


def systems_differ(checking: Checking) -> None:
    """Find that layers are in different systems."""
    systems = {table.name: crs_name(table.layer.crs) for table in checking.delivery.tables if table.layer.crs}
    if len(set(systems.values())) > 1:
        listed = ", ".join(f"{name} {system}" for name, system in systems.items())
        checking.tell("systems_differ", checking.delivery.name, systems=listed)


def xy_tolerance(checking: Checking) -> None:
    """Find feature classes with another XY tolerance than the standard asks for."""
    wanted = float(checking.rule.options["tolerance_m"])
    for _, table in checking.concerned:
        if table.xy_tolerance is None:
            continue
        metres = table.xy_tolerance * (1.0 if table.system.is_projected else METRES_PER_DEGREE)
        if abs(metres / wanted - 1) > _SAME_TOLERANCE:
            checking.tell("xy_tolerance", table.name, found=f"{metres:.3g}", wanted=f"{wanted:g}")


def field_missing(checking: Checking) -> None:
    """Find fields that are missing."""
    for table, field in checking.fields():
        if not field.optional and table.column(field.name) is None:
            checking.tell("field_missing", table.name, field=field.name, title=field.title)


def field_unknown(checking: Checking) -> None:
    """Find fields that the standard does not know."""
    for name, table in checking.concerned:
        known = checking.standard.fields_of(name)
        for own in table.own_fields:
            if any(means(own, field) for field in known) or _is_of_software(own):
                continue
            near = get_close_matches(own.upper(), known, n=1, cutoff=_NEAR)
            said = text("standards.maybe", word=near[0]) if near else text("standards.nothing_near")
            checking.tell("field_unknown", table.name, field=own, near=said)


def field_type(checking: Checking) -> None:
    """Find fields that are not of the type that the standard says."""
    for table, field, values in checking.columns():
        if values.isna().all():
            continue
        found = _type_of(values)
        if found != field.type and (found, field.type) != ("whole", "number"):
            given, wanted = text(f"standards.type_{found}"), text(f"standards.type_{field.type}")
            checking.tell("field_type", table.name, field=field.name, found=given, wanted=wanted)


def _type_of(values: pd.Series) -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "date"
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return "text"
    numbers = as_numbers(values)
    numbers = numbers[np.isfinite(numbers)]
    # a field of whole numbers with an empty row is read as one of fractions
    return "whole" if (numbers == np.round(numbers)).all() else "number"


def _likeness(standard: Standard, layer: str, table: Table) -> float:
    """Return how much speaks for a table to be a layer of the standard: its fields, and a name that is near; 0 is too little."""
    fields = standard.fields_of(layer)
    shared = sum(table.column(name) is not None for name in fields)
    if not fields or shared < _FIELDS_SHARED * len(fields):
        return 0.0
    near = bool(get_close_matches(table.name, standard.layers[layer].names, n=1, cutoff=_NEAR))
    # a few fields that many layers have say little
    return shared / len(fields) + near if near or shared >= _FIELDS_THAT_SPEAK else 0.0


def _on_datum(system: pyproj.CRS, wanted: str) -> bool:
    base = system.geodetic_crs
    words = f"{base.name} {base.datum.name}".casefold() if base is not None and base.datum is not None else ""
    return any(name in words.replace("_", " ") for name in _DATUMS[wanted])


def _is_of_software(field: str) -> bool:
    """Tell whether a field is one that software keeps by itself: numbers of features, lengths and areas of shapes."""
    return bool(re.fullmatch(r"(object)?id(_\d+)?|fid|(shape|geom)_?(leng(th)?|area)?", field.casefold()))
