"""Which field of a file answers which field of geozone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas as gpd

from geozone.errors import InputError
from geozone.read.notes import Notes


def map_fields(
    data: gpd.GeoDataFrame, given: Mapping[str, str], path: Path, notes: Notes
) -> gpd.GeoDataFrame:
    """Add the fields of geozone that the user names; the fields of the file stay.

    Raises
    ------
    InputError
        If the file has no field of that name.
    """
    for name, field in given.items():
        if field not in data.columns:
            choices = ", ".join(str(column) for column in data.columns if column != data.geometry.name)
            raise InputError("read.no_such_field", path=path, field=field, choices=choices)
        if name != field:
            data[name] = data[field]
            notes.decide("fields", f"{name} = {field}", "read.field_given", name=name, field=field)
    return data
