"""Differences of data: items of registers, features of layers, targets, figures and inputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely

from geozone.diff.difference import Change, Difference, Part
from geozone.diff.package import Delivery
from geozone.diff.pairing import Key, Row, differing, of_columns, paired, plain, rows_of
from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import load_roles
from geozone.messages import NO_TEXT, Text, text
from geozone.model import CRS, Status
from geozone.overlay.plane import area_km2, length_km
from geozone.registers.package import ITEM_RECORD, OF_REGISTER, RECORDS, REGISTER_ID

REGISTERS, TARGETS, FIGURES, RUN, ZONE, UNITS = "registers", "targets", "figures", "run", "zone", "units"
_RESULTS = {"mosaic", "rates", "findings", "ledger", "layer_styles", "qgis_projects"}
_ITEM = "item_id"
AS_OF = "as_of"
_OF_ITEM = {_ITEM, "status"}  # what a feature takes from the item that it stands for
_KEYS = (_ITEM, "id", "code")  # columns by which a feature is known, the surest first
_UNIT_COLUMNS = ("name", "name_en", "level", "parent")  # the others are results
_SHAPE, _NUMBER = "__shape", "__fid"  # of a feature, beside its cells
_SHAPES = "geometry"
NO_SIZE = "—"  # of a shape that is not there
_NEAR = 1e-9  # degrees: what a program may change by writing a file anew


def register_differences(old: Delivery, new: Delivery) -> Iterator[Difference]:
    """Yield what differs between the registers of two deliveries, item by item and field by field."""
    before, after = old.table(REGISTERS), new.table(REGISTERS)
    keys = [
        of_columns(REGISTER_ID, _ITEM),
        of_columns(REGISTER_ID, ITEM_RECORD),
        of_columns(REGISTER_ID, "name"),
    ]
    own = {*OF_REGISTER, *RECORDS}
    of_table = Difference(old.zone, Part.DATA, "", "", NO_TEXT, Change.CHANGED)
    yield from _of_registers(of_table, before, after)
    for row in _rows(of_table, before, after, keys, own, key=_ITEM, table=REGISTER_ID):
        yield replace(row, why=_doubt(row)) if row.field == "status" else row


def _of_registers(of_table: Difference, before: pd.DataFrame, after: pd.DataFrame) -> Iterator[Difference]:
    """Yield which registers are of another date than before; it stands in every row, and is told once."""
    dates = [
        table.groupby(REGISTER_ID)[AS_OF].agg(
            lambda cells: ", ".join(sorted({str(plain(cell)) for cell in cells}))
        )
        if {REGISTER_ID, AS_OF} <= set(table.columns)
        else pd.Series(dtype=object)
        for table in (before, after)
    ]
    for name in dates[0].index.intersection(dates[1].index):
        was, now = (str(each[name]) for each in dates)
        if was != now:
            yield replace(of_table, table=str(name), item=str(name), field=AS_OF, old=was, new=now)


def not_following(rows: Iterable[Difference], items: Iterable[Difference]) -> Iterator[Difference]:
    """Yield the differences of features but for those that tell of their item what its register tells already."""
    told = {(one.table, one.item, one.field, one.old, one.new) for one in items if one.field in _OF_ITEM}
    register = {role.layer: role.register for role in load_roles().values()}
    for row in rows:
        if (register.get(row.table), row.item, row.field, row.old, row.new) not in told:
            yield row


def layer_differences(old: Delivery, new: Delivery) -> Iterator[Difference]:
    """Yield what differs between the layers that two deliveries were made from, feature by feature."""
    for layer in dict.fromkeys([*old.layers, *new.layers]):
        if (
            not (old.layers.get(layer) or new.layers.get(layer))
            or layer in _RESULTS | {ZONE}
            or _is_made(layer)
        ):
            continue
        of_table = Difference(old.zone, Part.DATA, layer, "", NO_TEXT, Change.CHANGED)
        if layer not in new.layers or layer not in old.layers:
            change = Change.ADDED if layer in new.layers else Change.DELETED
            yield replace(of_table, change=change)
            continue
        before, after = (_with_shape(package.table(layer)) for package in (old, new))
        key = next((name for name in _KEYS if name in before and name in after), "name")
        keys = [
            of_columns("__fid", "__shape"),
            of_columns("__shape"),
            *_unique_keys(before, after),
            _near(before, after),
        ]
        only = _UNIT_COLUMNS if layer == UNITS else None
        yield from _rows(of_table, before, after, keys, set(), key=key, only=only)


def table_differences(
    old: Delivery, new: Delivery, part: Part, table: str, key: Sequence[str]
) -> Iterator[Difference]:
    """Yield what differs between two tables whose rows have a key."""
    of_table = Difference(old.zone, part, table, "", NO_TEXT, Change.CHANGED)
    yield from _rows(of_table, old.table(table), new.table(table), [of_columns(*key)], set(), key=key[-1])


def input_differences(old: Delivery, new: Delivery) -> Iterator[Difference]:
    """Yield which files of a build are others than those of the one before: date, basis, digest."""
    before, after = (_inputs(package.table(RUN)) for package in (old, new))
    of_table = Difference(old.zone, Part.INPUTS, RUN, "", NO_TEXT, Change.CHANGED)
    keys = [of_columns("value", "name"), of_columns("name")]
    yield from _rows(of_table, before, after, keys, {"section"}, key="name")


def _inputs(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["section"] == "input"] if "section" in table else table


def _rows(
    of_table: Difference,
    before: pd.DataFrame,
    after: pd.DataFrame,
    keys: Sequence[Key],
    ignored: set[str],
    *,
    key: str,
    table: str = "",
    only: Sequence[str] | None = None,
) -> Iterator[Difference]:
    """Yield the differences of two tables.

    Parameters
    ----------
    of_table
        A difference whose zone, part and table hold for all.
    before, after
        The tables.
    keys
        By which rows are known, the surest first.
    ignored
        Columns that are no data.
    key
        The column that names an item.
    table
        The column that names the table of a row, where one holds several.
    only
        Columns that count, where others are results.
    """
    counted = _counted((before, after), ignored, only)
    if len(before) and len(after):
        for name in counted:
            if name not in before or name not in after:
                change = Change.FIELD_DELETED if name in before else Change.FIELD_ADDED
                yield replace(of_table, change=change, field=name)
    common = [name for name in counted if name in before and name in after]
    pairs, deleted, added = paired(before, after, keys)
    left_rows, right_rows = rows_of(before), rows_of(after)

    def told(index: Any, row: Row, change: Change, **more: Any) -> Difference:
        where = str(plain(row.get(table))) if table else of_table.table
        item = str(plain(row.get(key)) or index)
        return replace(of_table, table=where, item=item, name=_name(row), change=change, **more)

    for left, right in pairs:
        old, new = left_rows[left], right_rows[right]
        for column, was, now in differing(old, new, common):
            change = Change.KEY if column == key else Change.CHANGED
            yield told(left, old, change, field=column, old=was, new=now)
        if (moved := _moved(old, new)) is not None:
            yield told(left, old, Change.GEOMETRY, field=_SHAPES, old=moved[0], new=moved[1], why=moved[2])
    for index in deleted:
        yield told(index, left_rows[index], Change.DELETED)
    for index in added:
        yield told(index, right_rows[index], Change.ADDED)


def _name(row: Row) -> Text:
    """Return what an item is called in both languages."""
    zh, en = (str(plain(row.get(name))) for name in ("name", "name_en"))
    return Text(zh or en, en or zh)


def _counted(tables: Iterable[pd.DataFrame], ignored: set[str], only: Sequence[str] | None) -> list[str]:
    """Return the columns that are data."""
    columns = dict.fromkeys(str(name) for frame in tables for name in frame.columns)
    return [
        name
        for name in columns
        if name not in ignored | {_SHAPE, _NUMBER, _SHAPES} and (only is None or name in only)
    ]


def _is_made(layer: str) -> bool:
    """Tell whether the run makes a layer from another one, so that it is a result."""
    known = load_layers().get(layer) or load_layers().get(layer.rpartition("_")[0])  # of several geometries
    return known is not None and bool(load_roles()[known.role].made_from)


def _with_shape(table: pd.DataFrame) -> pd.DataFrame:
    """Return a layer with its shapes as text and its feature numbers as columns."""
    told = pd.DataFrame(table)
    told[_NUMBER] = table.index
    told[_SHAPE] = ""
    if isinstance(table, gpd.GeoDataFrame):
        shapes = shapely.set_precision(shapely.force_2d(table.geometry.to_numpy()), _NEAR, mode="pointwise")
        told[_SHAPE] = [shapely.to_wkb(one, hex=True) if one else "-" for one in shapely.normalize(shapes)]
    return told


def _unique_keys(before: pd.DataFrame, after: pd.DataFrame) -> list[Key]:
    """Return the columns that tell every feature of both tables from the others."""
    names = [name for name in (*_KEYS, "name") if name in before and name in after]
    return [of_columns(name) for name in names if _tells(before[name]) and _tells(after[name])]


def _tells(cells: pd.Series[Any]) -> bool:
    filled = cells.map(plain)
    filled = filled[filled != ""]
    return len(filled) > 0 and bool(filled.is_unique)


def _near(before: pd.DataFrame, after: pd.DataFrame) -> Key:
    """Return a key by which a feature is the one of the same number that it still touches."""
    touching: set[Any] = set()
    if _SHAPES in before and _SHAPES in after:
        both = before.index.intersection(after.index)
        one, other = (frame.loc[both, _SHAPES].to_numpy(dtype=object) for frame in (before, after))
        touching = set(both[shapely.intersects(one, other)])
    return lambda table: pd.Series(
        [str(index) if index in touching else "" for index in table.index], index=table.index, dtype=object
    )


def _moved(before: Row, after: Row) -> tuple[str, str, Text] | None:
    """Return the sizes of a geometry before and after, and how far its centre moved; None where it did not change."""
    if before.get(_SHAPE) == after.get(_SHAPE):
        return None
    old, new = before.get(_SHAPES), after.get(_SHAPES)
    if old is None or new is None or old.is_empty or new.is_empty:
        return _size(old), _size(new), NO_TEXT
    path = shapely.LineString([shapely.centroid(old), shapely.centroid(new)])
    metres = float(length_km([path], CRS)[0]) * 1000
    return _size(old), _size(new), text("diff.moved", metres=f"{metres:,.1f}")


def _size(shape: Any) -> str:
    """Return the area or length of a geometry in words that both languages share."""
    if shape is None or shape.is_empty:
        return NO_SIZE
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 2:
        return f"{float(area_km2([shape], CRS)[0]):,.6g} km²"
    if dimension == 1:
        return f"{float(length_km([shape], CRS)[0]):,.6g} km"
    return f"{shape.centroid.x:.6f}, {shape.centroid.y:.6f}"


def _doubt(row: Difference) -> Text:
    """Return that a status is no code of a status, so that it may not be understood."""
    known = {status.value for status in Status}
    if row.change is Change.CHANGED and row.new not in known:
        return text("diff.bad_status") if row.new else text("diff.no_status")
    return NO_TEXT
