"""No area is lost in reading: what is read and what is named as lost or changed add up to an independent count."""

from __future__ import annotations

import json
import sqlite3
import struct
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import geozone
from geozone.checks import check, reading_ledger
from geozone.checks.findings import is_wrong
from geozone.errors import InputError
from geozone.model import Severity
from geozone.overlay.losses import told
from geozone.overlay.plane import area_km2
from geozone.read import read_layer

PLANE = 4548
ORIGIN = np.array([500_000.0, 4_300_000.0])
LOST = {"record_broken", "feature_broken", "coordinate_lost", "coordinate_not_finite"}
FAULTS = (
    "sound",
    "sound",
    "crossing",
    "hole outside",
    "open",
    "cut",
    "not a number",
    "wild",
    "null",
    "empty",
)
TO_DEGREES = pyproj.Transformer.from_crs(PLANE, 4490, always_xy=True)
EQUAL_AREA = pyproj.Transformer.from_crs(4490, "+proj=cea +ellps=GRS80 +units=m", always_xy=True)
WAYS = {
    "as it stands": (lambda points: points, PLANE),
    "swapped": (lambda points: points[:, ::-1], PLANE),
    "with a zone number": (lambda points: points + np.array([39e6, 0.0]), PLANE),
    "of a six-degree zone": (lambda points: points + np.array([20e6 - 0.0, 0.0]), 4527),
    "in kilometres": (lambda points: points / 1000.0, PLANE),
    "in degrees": (None, 4490),
}


def steps(ring):
    """Return a closed ring of the plane with points every 50 m, cut by hand."""
    pieces = []
    for start, end in pairwise(ring):
        count = max(1, int(np.hypot(*(end - start)) // 50))
        pieces.append(start + (end - start) * (np.arange(count) / count)[:, None])
    return np.concatenate([*pieces, ring[-1:]])


def ring_km2(ring, *, straight):
    """Return the area of a ring by sign, on the ellipsoid, by the shoelace formula in an equal-area projection of PROJ.

    Edges are straight in the plane of the file, or in longitude and latitude.
    """
    closed = np.array([*ring, ring[0]])
    points = steps(closed) if straight else closed
    degrees = np.column_stack(TO_DEGREES.transform(points[:, 0], points[:, 1]))
    x, y = EQUAL_AREA.transform(degrees[:, 0], degrees[:, 1])
    return float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum() / 2e6)


def count_km2(rings, *, straight):
    """Return what the rings of a polygon enclose by sign: its shell, less its holes."""
    shell, *holes = (abs(ring_km2(ring, straight=straight)) for ring in rings)
    return shell - sum(holes)


@st.composite
def features(draw):
    """Return rings of the plane, unclosed, and the fault to give them."""
    fault = draw(st.sampled_from(FAULTS))
    size = draw(st.floats(300.0, 12_000.0))
    corner = ORIGIN + np.array([draw(st.floats(-6e4, 6e4)), draw(st.floats(-1e5, 1e5))])
    shell = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, draw(st.floats(0.3, 1.0))), (0.0, 1.0)]) * size
    rings = [shell]
    if fault == "crossing":
        rings = [shell[[0, 2, 1, 3]]]
    elif fault == "hole outside" or draw(st.booleans()):
        away = 2.0 * size if fault == "hole outside" else 0.1 * size
        rings.append(np.array([(0.0, 0.0), (0.1, 0.0), (0.1, 0.1)]) * size + away)
    return fault, [ring + corner for ring in rings]


LAYERS = st.lists(features(), min_size=5, max_size=12)


def written(rings, way):
    """Return closed rings in the coordinates of the file."""
    move, _ = WAYS[way]
    closed = [np.array([*ring, ring[0]]) for ring in rings]
    if move is not None:
        return [move(ring) for ring in closed]
    return [np.column_stack(TO_DEGREES.transform(ring[:, 0], ring[:, 1])) for ring in closed]


def spoilt(rings, fault):
    """Return rings with the fault in them that can be told in coordinates."""
    if fault == "open":
        return [rings[0][:-1], *rings[1:]]
    if fault in {"not a number", "wild"}:
        ring = rings[0].copy()
        ring[1, 0] = np.nan if fault == "not a number" else 1e15
        return [ring, *rings[1:]]
    return rings


def binary(rings, fault):
    """Return well-known binary of a polygon, which GEOS would refuse to make of open rings."""
    if fault == "null":
        return None
    rings = [] if fault == "empty" else spoilt(rings, fault)
    raw = struct.pack("<BII", 1, 3, len(rings))
    raw += b"".join(
        struct.pack("<I", len(ring)) + np.ascontiguousarray(ring, "<f8").tobytes() for ring in rings
    )
    return raw[: len(raw) // 2] if fault == "cut" else raw


def as_text(rings, fault):
    if fault in {"null", "not a number"}:  # a text has no way to write a number that is none
        return "POLYGON((nan" if fault == "not a number" else ""
    if fault == "empty":
        return "POLYGON EMPTY"
    words = ", ".join(
        "(" + ", ".join(f"{x!r} {y!r}" for x, y in ring.tolist()) + ")" for ring in spoilt(rings, fault)
    )
    return f"POLYGON ({words})"[: -len(words) // 2 if fault == "cut" else None]


def as_object(rings, fault):
    if fault == "null":
        return None
    if fault == "empty":
        return {"type": "Polygon", "coordinates": []}
    if fault == "cut":
        return {"type": "Polygon", "coordinates": rings[0].tolist()}
    return {"type": "Polygon", "coordinates": [ring.tolist() for ring in spoilt(rings, fault)]}


def write_csv(folder, shapes):
    path = folder / "a.csv"
    cells = [as_text(rings, fault) for fault, rings in shapes]
    pd.DataFrame({"name": [f"n{number}" for number in range(len(cells))], "wkt": cells}).to_csv(
        path, index=False
    )
    return path, 0


def write_geojson(folder, shapes):
    path = folder / "a.geojson"
    members = [
        {"type": "Feature", "properties": {"n": number}, "geometry": as_object(rings, fault)}
        for number, (fault, rings) in enumerate(shapes)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": members}).replace("NaN", "null"))
    return path, 0


def write_parquet(folder, shapes):
    path = folder / "a.parquet"
    table = pd.DataFrame({"n": range(len(shapes)), "geom": [binary(rings, fault) for fault, rings in shapes]})
    table.to_parquet(path)
    return path, 0


def write_geopackage(folder, shapes):
    path = folder / "a.gpkg"
    data = gpd.GeoDataFrame(
        {"n": range(len(shapes))}, geometry=[shapely.box(0, 0, 1, 1)] * len(shapes), crs=PLANE
    )
    pyogrio.write_dataframe(data, path, layer="a")
    head = b"GP\x00\x01" + struct.pack("<i", PLANE)
    with closing(sqlite3.connect(path)) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("DROP TABLE IF EXISTS rtree_a_geom")
        database.execute("DELETE FROM gpkg_extensions")
        for number, (fault, rings) in enumerate(shapes):
            raw = binary(rings, fault)
            database.execute(
                "UPDATE a SET geom = ? WHERE fid = ?", (raw if raw is None else head + raw, number + 1)
            )
        database.commit()
    return path, 1


WRITERS = {"csv": write_csv, "geojson": write_geojson, "parquet": write_parquet, "gpkg": write_geopackage}


@pytest.mark.parametrize("ending", WRITERS)
@given(layer=LAYERS, way=st.sampled_from(sorted(WAYS)))
def test_what_is_read_lost_and_changed_adds_up(tmp_path_factory, ending, way, layer):
    folder = Path(tmp_path_factory.mktemp("layer"))
    shapes = [(fault, written(rings, way)) for fault, rings in layer]
    path, first = WRITERS[ending](folder, shapes)
    straight = way != "in degrees"
    areas = [
        0.0 if fault in {"null", "empty"} else count_km2(rings, straight=straight) for fault, rings in layer
    ]
    # edges of 1 km leave a bend of some 10 m² each, which half of a crossing outline does not make up for
    gross = [float(np.prod(np.ptp(rings[0], axis=0))) / 1e6 for _, rings in layer]
    try:
        found = read_layer(path, crs=f"EPSG:{WAYS[way][1]}")
    except InputError as error:
        # a layer in which nothing can be read is refused
        assert error.message.key in {"read.all_broken", "read.no_coordinates"}  # noqa: PT017 - others are failures
        assert all(fault in {"cut", "not a number", "null"} for fault, _ in layer)
        return
    named = {int(finding.feature) for finding in found.findings if finding.kind in LOST}
    here = found.data[~found.data.geometry.isna()]
    measured = dict(zip(here.index.tolist(), area_km2(here).tolist(), strict=True))
    ledger = reading_ledger(found)
    changed = (ledger["before_km2"] - ledger["after_km2"]).fillna(0.0).sum()
    # every feature is there with its area, or named
    for number, (area, (fault, _)) in enumerate(zip(areas, layer, strict=True), start=first):
        if number in measured:
            assert number not in named
            close = 5e-5 * gross[number - first]
            assert measured[number] == pytest.approx(area, rel=1e-5, abs=close), (number, fault)
        else:
            assert number in named or fault in {"null", "empty"}, (number, fault)
    lost = sum(areas[number - first] for number in named)
    assert sum(measured.values()) + lost + changed == pytest.approx(
        sum(areas), rel=1e-5, abs=1e-5 * sum(gross)
    )
    # what was closed or left out stands in the ledger
    entered = dict(zip(ledger["feature"].astype(int), ledger["method"], strict=True))
    for number, (fault, _) in enumerate(layer, start=first):
        if fault == "open" and number in measured:
            assert entered[number] == "ring_closed"
        if number in named and number in found.data.index:
            assert entered[number] in {"coordinate_lost", "coordinate_not_finite"}


AROUND = gpd.GeoDataFrame({"key": ["z"]}, geometry=[shapely.box(110, 30, 125, 45)], crs=4490)


@pytest.mark.parametrize("ending", ["csv", "geojson", "gpkg"])  # the last is streamed, the others are read
@given(layer=LAYERS)
def test_coverage_says_what_check_says_of_a_layer(tmp_path_factory, ending, layer):
    folder = Path(tmp_path_factory.mktemp("layer"))
    shapes = [(fault, written(rings, "as it stands")) for fault, rings in layer]
    path, _ = WRITERS[ending](folder, shapes)
    crs = None if ending == "gpkg" else f"EPSG:{PLANE}"
    try:
        read = read_layer(path, crs=crs)
    except InputError:
        with pytest.raises(InputError):
            geozone.coverage(path, AROUND, by="key", crs=crs)
        return
    table = geozone.coverage(path, AROUND, by="key", crs=crs)
    grave = [finding for finding in told(table) if finding.severity is not Severity.NOTE]
    wrong = [finding for finding in (*read.findings, *check(read)) if is_wrong(finding)]
    faults = {fault for fault, _ in layer} - {"sound"}
    assert bool(grave) == bool(faults)
    if wrong:
        assert not table.attrs["complete"]
    if not faults & {"cut", "not a number", "wild", "null", "empty"}:
        assert table.attrs["complete"]
    sound = [count_km2(rings, straight=True) for fault, rings in layer if fault == "sound"]
    assert table["gross_km2"].sum() >= sum(sound) * (1 - 1e-5)
