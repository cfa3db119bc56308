"""What lies around and over the units: seats, names, the sea; for drawing only."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from samples import sample_result

from geozone.backdrop import names_around, unit_seats
from geozone.catalog import load_catalog
from geozone.manifest.roles import role_for
from geozone.maps.backdrop import backdrop_entry, seat_entries
from geozone.maps.edition import off_grid, public_edition
from geozone.maps.mercator import unproject
from geozone.maps.plain import Strings
from geozone.maps.sources import sources
from geozone.maps.streams import UNRANKED, classes, downstream
from geozone.model import CRS, Layer


def points(purpose, rows):
    data = gpd.GeoDataFrame(
        pd.DataFrame(rows).drop(columns="at"), geometry=shapely.points([row["at"] for row in rows]), crs=CRS
    )
    return Layer(role_for(purpose).layer, data)


def units(*rows):
    boxes = [shapely.box(*row[3]) for row in rows]
    return gpd.GeoDataFrame(
        [row[:3] for row in rows], columns=["code", "level", "parent"], geometry=boxes, crs=CRS
    )


TREE = units(
    ("130100", "city", "130000", (114, 37, 115, 38)),
    ("130102", "county", "130100", (114, 37, 114.5, 38)),
    ("130000", "province", "Z", (114, 37, 116, 39)),
    ("110000", "province", "Z", (116, 39, 117, 40)),
    ("Z", "zone", "", (114, 37, 117, 40)),
)


def seats(*rows):
    return {"seats": points("seats", [{"code": code, "rank": rank, "at": at} for code, rank, at in rows])}


def test_a_unit_is_named_at_its_seat_and_a_divided_province_in_its_area():
    told = seats(
        ("130100", 1, (114.5, 37.5)),
        ("130102", 3, (114.2, 37.2)),
        ("130000", 1, (114.5, 37.5)),
        ("110000", 1, (116.4, 39.9)),
    )
    found = unit_seats(TREE, told)
    assert [seat and seat.rank for seat in found] == [1, 3, None, 1, None]
    result = sample_result()
    result.units, result.backdrop = TREE, told
    x, y, rank = seat_entries(result)[3]
    assert rank == 1
    np.testing.assert_allclose(unproject(np.array([[x, y]], float))[0], (116.4, 39.9), atol=1e-4)


def test_a_seat_outside_its_unit_is_none():
    assert unit_seats(TREE, seats(("130100", 2, (116.5, 38.5)), ("130102", 3, (114.9, 37.5))))[:2] == [
        None,
        None,
    ]


def test_without_seats_every_name_stands_in_its_area():
    assert unit_seats(TREE, {}) == [None] * len(TREE)
    bare = points("seats", [{"name": "甲", "at": (114.5, 37.5)}])
    assert unit_seats(TREE, {"seats": bare}) == [None] * len(TREE)


def test_seats_and_names_of_ones_own_need_no_rank():
    own = points("seats", [{"code": "130100", "at": (114.5, 37.5)}, {"code": "130102", "at": (114.2, 37.2)}])
    assert [seat and seat.rank for seat in unit_seats(TREE, {"seats": own})] == [2, 3, None, None, None]
    bare = points("names", [{"name": "甲", "name_en": "A", "at": (118.5, 37.5)}])
    assert [(name.kind, name.rank, name.title.zh) for name in names_around(TREE, {"names": bare})] == [
        ("province", 1, "甲")
    ]
    assert names_around(TREE, {}) == []


def with_backdrop():
    result = sample_result()
    own = str(result.units["code"].iloc[0])
    rows = [
        {
            "code": own,
            "name": "甲省",
            "name_en": "A",
            "kind": "province",
            "rank": 1,
            "at": (117.123456, 39.1),
        },
        {
            "code": "990000",
            "name": "乙省",
            "name_en": "B",
            "kind": "province",
            "rank": 1,
            "at": (118.123456, 39.1),
        },
        {"code": "", "name": "渤海", "name_en": "Bohai Sea", "kind": "sea", "rank": 1, "at": (119.9, 38.7)},
    ]
    water = gpd.GeoDataFrame(
        {"name": ["海域"]}, geometry=[shapely.box(117.00123, 38.00123, 120.2, 39.9)], crs=CRS
    )
    result.backdrop = {"names": points("names", rows), "sea": Layer("sea", water)}
    return result


def test_neighbours_and_seas_are_named_and_units_of_the_zone_are_not():
    strings = Strings()
    entry, blocks = backdrop_entry(with_backdrop(), strings)
    assert [strings.pairs[name["title"]][0] for name in entry["names"]] == ["乙省", "渤海"]
    assert list(entry["grounds"]) == ["sea"]
    assert len(blocks) == 1


def test_the_public_edition_has_the_backdrop_on_its_grid():
    result = with_backdrop()
    public = public_edition(result, grid_degrees=0.02)
    assert set(public.backdrop) == {"names", "sea"}
    for name, layer in public.backdrop.items():
        assert off_grid(layer.data.geometry.to_numpy(), 0.02) < 1e-6
        assert off_grid(result.backdrop[name].data.geometry.to_numpy(), 0.02) > 0.01
        assert set(layer.data.columns) <= {"code", "name", "name_en", "kind", "rank", "geometry"}


def test_the_parts_of_a_river_come_in_the_order_of_its_course():
    course = shapely.LineString([(0, 0), (1, 1), (2, 0), (3, 1), (4, 0), (5, 2)])
    gaps = shapely.union_all(shapely.box([0.4, 1.6, 2.9, 4.2], -1, [0.6, 1.8, 3.1, 4.4], 3))
    parts = shapely.get_parts(shapely.difference(course, gaps))
    assert len(parts) == 5
    for shuffled in (parts[::-1], parts[[2, 4, 0, 3, 1]]):
        [found] = downstream([shapely.multilinestrings(shuffled)])
        assert [part.coords[0][0] for part in shapely.get_parts(found)] == sorted(
            part.coords[0][0] for part in parts
        )


def test_what_is_no_line_of_parts_stays_as_it_is():
    shapes = [
        course := shapely.LineString([(0, 0), (1, 1)]),
        shapely.box(0, 0, 1, 1),
        shapely.MultiLineString(),
    ]
    assert list(downstream(shapes)) == shapes
    assert course.equals(shapes[0])


def test_a_river_without_a_class_is_unranked():
    assert classes(pd.Series([1, "3", None, "main"])) == [1, 3, UNRANKED, UNRANKED]


def test_the_sources_of_a_page_tell_whom_the_backdrop_is_owed_to():
    result = sample_result()
    seats = load_catalog()["administrative_seats"]
    result.backdrop = {
        "seats": Layer(seats.id, points("seats", [{"code": "1", "at": (114, 37)}]).data, seats)
    }
    told = next(source for source in sources(result) if source.id == seats.id)
    assert "GeoNames" in told.citation.en
    assert "CC-BY-4.0" in told.licence.en
