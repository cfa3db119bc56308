"""Drawings: what closes is an area, what is not read is said."""

import numpy as np
import pytest

from geozone.errors import InputError
from geozone.model import Severity
from geozone.overlay.plane import area_km2
from geozone.read import read_layer

EAST, NORTH = 39534133.0, 4435157.0
SQUARE = [(0, 0), (0, 1000), (1000, 1000), (1000, 0)]
CLOSED = [*SQUARE, SQUARE[0]]


def lightweight(places, flag=0, paper=False):
    words = f"0\nLWPOLYLINE\n100\nAcDbEntity\n{'67' if paper else '62'}\n1\n8\n红线\n100\nAcDbPolyline\n90\n{len(places)}\n70\n{flag}\n"
    return words + "".join(f"10\n{EAST + x}\n20\n{NORTH + y}\n" for x, y in places)


def polyline(places, flag=0):
    vertices = "".join(f"0\nVERTEX\n8\n红线\n10\n{EAST + x}\n20\n{NORTH + y}\n" for x, y in places)
    return f"0\nPOLYLINE\n8\n红线\n66\n1\n70\n{flag}\n{vertices}0\nSEQEND\n"


def middle(kind):
    return f"0\n{kind}\n8\n红线\n10\n{EAST}\n20\n{NORTH}\n"


CIRCLE = middle("CIRCLE") + "40\n500\n"
ELLIPSE = middle("ELLIPSE") + "11\n500\n21\n0\n40\n0.5\n41\n0\n42\n6.283185307179586\n"
ARC = middle("ARC") + "40\n500\n50\n0\n51\n180\n"
LINE = middle("LINE") + f"11\n{EAST + 1000}\n21\n{NORTH}\n"
HEADER = "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1018\n0\nENDSEC\n"
BLOCKS = f"{HEADER}0\nSECTION\n2\nBLOCKS\n0\nBLOCK\n8\n0\n2\nB\n10\n0\n20\n0\n{lightweight(CLOSED)}{CIRCLE}0\nENDBLK\n0\nENDSEC\n"
INSERT = "0\nINSERT\n8\n红线\n2\nB\n10\n0\n20\n0\n"


def drawing(tmp_path, entities, *, end="0\nENDSEC\n0\nEOF\n", blocks=""):
    path = tmp_path / "图.dxf"
    path.write_text(f"{blocks}0\nSECTION\n2\nENTITIES\n{entities}{end}", encoding="gb18030")
    return path


def kinds(layer):
    graves = (Severity.ERROR, Severity.WARNING)
    return {
        item.kind for item in layer.findings if item.severity in graves and item.kind != "crs_inferred_zone"
    }


@pytest.mark.parametrize(
    ("entities", "expected"),
    [
        (lightweight(SQUARE, 1), 1.0),
        (lightweight(CLOSED), 1.0),
        (polyline(SQUARE, 1), 1.0),
        (polyline(CLOSED), 1.0),
        (lightweight([*SQUARE, (1e-4, 0)]), 1.0),  # ends a tenth of a millimetre off
        (CIRCLE, np.pi / 4),
        (ELLIPSE, np.pi / 8),
        (CIRCLE + lightweight(CLOSED), 1 + np.pi / 4),
    ],
)
def test_what_closes_is_an_area(tmp_path, entities, expected):
    layer = read_layer(drawing(tmp_path, entities))
    assert set(layer.data.geom_type) == {"Polygon"}
    assert area_km2(layer.data.geometry, 4490).sum() == pytest.approx(expected, rel=1e-4)
    assert kinds(layer) == set()


@pytest.mark.parametrize("entities", [lightweight(SQUARE), ARC, LINE, lightweight([*SQUARE, (5, 0)])])
def test_what_does_not_close_stays_a_line(tmp_path, entities):
    layer = read_layer(drawing(tmp_path, entities))
    assert set(layer.data.geom_type) == {"LineString"}


def test_closed_lines_of_a_block_are_areas(tmp_path):
    layer = read_layer(drawing(tmp_path, INSERT, blocks=BLOCKS))
    total = area_km2(layer.data.geometry, 4490).sum()
    assert total == pytest.approx(1 + np.pi / 4, rel=1e-4)


def test_a_drawing_that_is_cut_off_says_so(tmp_path):
    layer = read_layer(drawing(tmp_path, lightweight(SQUARE, 1) * 3, end="0\nLWPOLY"))
    assert {"drawing_cut", "file_damaged"} <= kinds(layer)


@pytest.mark.parametrize("entity", ["REGION", "MPOLYGON", "LWPOLYLINF"])
def test_entities_that_are_not_read_are_named(tmp_path, entity):
    layer = read_layer(drawing(tmp_path, lightweight(SQUARE, 1) + f"0\n{entity}\n8\n红线\n"))
    [finding] = [item for item in layer.findings if item.kind == "entities_not_read"]
    assert entity in finding.message.get("zh")


def test_paper_space_is_no_map(tmp_path):
    frame = lightweight([(x - EAST, y - NORTH) for x, y in SQUARE], 1, paper=True)
    layer = read_layer(drawing(tmp_path, lightweight(SQUARE, 1) + frame))
    assert len(layer.data) == 1
    assert [item.severity for item in layer.findings if item.kind == "paper_space"] == [Severity.NOTE]


def test_a_drawing_of_nothing_is_refused_or_said(tmp_path):
    try:
        layer = read_layer(drawing(tmp_path, ""))
    except InputError:
        return
    assert kinds(layer) == {"no_features"}


def test_a_drawing_that_is_broken_before_its_first_entity_is_refused_before_it_is_opened(tmp_path):
    path = drawing(tmp_path, lightweight(SQUARE, 1), blocks="0\nSECTION\n2\nTABLES\nwhat\n0\n")
    with pytest.raises(InputError) as error:
        read_layer(path)
    assert error.value.message.key == "read.drawing_broken"


def layer(name, flags=0, colour=7):
    return f"0\nLAYER\n2\n{name}\n70\n{flags}\n62\n{colour}\n"


def tables(*layers):
    return f"0\nSECTION\n2\nTABLES\n0\nTABLE\n2\nLAYER\n70\n1\n{''.join(layers)}0\nENDTAB\n0\nENDSEC\n"


@pytest.mark.parametrize(
    ("layers", "entity", "told"),
    [
        (layer("红线"), lightweight(CLOSED), False),
        (layer("红线", flags=1), lightweight(CLOSED), True),
        (layer("红线", colour=-7), lightweight(CLOSED), True),
        (layer("红线"), lightweight(CLOSED).replace("8\n红线", "8\n红线\n60\n1"), True),
        (layer("红线") + layer("旧线", flags=1), lightweight(CLOSED), False),
    ],
)
def test_what_the_drawing_hides_is_told(tmp_path, layers, entity, told):
    found = read_layer(drawing(tmp_path, entity, blocks=tables(layers)))
    assert kinds(found) == ({"drawing_hidden"} if told else set())
    assert all("红线 (1)" in one.message.text.zh for one in found.findings if one.kind == "drawing_hidden")


def test_blocks_that_lie_elsewhere_are_told(tmp_path):
    inserts = INSERT + INSERT.replace("\nB\n", "\n地形\n")
    found = read_layer(drawing(tmp_path, inserts, blocks=BLOCKS))
    assert kinds(found) == {"blocks_missing"}
    elsewhere = BLOCKS.replace("2\nB\n", "2\nB\n70\n4\n", 1)
    path = drawing(tmp_path, lightweight(CLOSED) + INSERT, blocks=elsewhere)
    assert "blocks_missing" in kinds(read_layer(path))


@pytest.mark.parametrize(("shift", "told"), [(0, True), (5000, False)])
def test_a_closed_line_inside_another_is_told(tmp_path, shift, told):
    small = [(300 + shift + x / 4, 300 + y / 4) for x, y in CLOSED]
    for flag in (0, 1):  # closed by its points, by its flag
        found = read_layer(drawing(tmp_path, lightweight(CLOSED, flag) + lightweight(small, flag)))
        assert kinds(found) == ({"outlines_nested"} if told else set())


@pytest.mark.parametrize(("gap", "found"), [(0, set()), (1, {"outlines_ajar"}), (300, set())])
def test_an_outline_with_a_gap_is_told(tmp_path, gap, found):
    line = lightweight([*SQUARE, (gap, 0)])
    assert kinds(read_layer(drawing(tmp_path, line), crs="EPSG:4527")) == found
