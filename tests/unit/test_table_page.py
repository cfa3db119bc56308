"""The page of any table: the same page, with the numbers of the table and nothing of zones."""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import sample_result
from table_samples import run_example
from test_page import payload_of

import geozone
from geozone.errors import DataError, GeozoneWarning, UsageError
from geozone.maps import assets
from geozone.maps.page import render_page
from geozone.maps.table_page import page_words
from geozone.messages import room
from geozone.overlay.plane import area_km2

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


def units(count=4, **columns):
    boxes = [shapely.box(10 + number, 50, 11 + number, 51) for number in range(count)]
    known = {
        "code": [f"u{number}" for number in range(count)],
        "name": [f"Unit {number}" for number in range(count)],
    }
    return gpd.GeoDataFrame(known | columns, geometry=boxes, crs=4326)


def table(**columns):
    return pd.DataFrame(
        {"code": [f"u{number}" for number in range(len(next(iter(columns.values()))))], **columns}
    )


def page(*given, **told):
    return geozone.page(*given, **({"title": "Schools", "source": "Census"} | told))


def rows_of(html):
    payload = payload_of(html)
    columns = {
        name: stored if isinstance(stored, list) else [stored["values"][place] for place in stored["places"]]
        for name, stored in (payload["rates"] | payload["rate_words"]).items()
    }
    return payload, pd.DataFrame(columns)


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    return run_example(tmp_path_factory.mktemp("table"))


def test_the_example_of_the_documentation_makes_a_page_with_its_numbers(example):
    names, html = example
    payload, rates = rows_of(html)
    assert list(payload["indicators"]) == ["nitrate", "organic", "trend"]
    assert payload["mappable"] == ["nitrate", "organic", "trend"]
    survey = names["survey"].set_index("catchment")
    for column in survey:
        scale = 100 if column == "organic" else 1
        own = rates[(rates["indicator"] == column) & (rates["unit_code"] != "table")]
        found = own.set_index(own["unit_code"].astype(int))["value"].astype(float) * scale
        assert found.to_dict() == pytest.approx(survey[column].dropna().to_dict())
    strings = [pair[1] for pair in payload["strings"]]
    words = {strings[place] for place in rates["value_text"]}
    assert {"48.2 mg/L", "41%", "-2.4 mg/L", "15.1%"} <= words
    whole = rates[rates["unit_code"] == "table"]
    assert whole["indicator"].to_list() == ["organic"]  # nothing else was given of the whole
    assert strings[payload["story"]].endswith(
        "highest in Cedar creek (48.2 mg/L), lowest in Dogwood burn (7.1 mg/L)."
    )
    areas = area_km2(names["catchments"].geometry.to_numpy(), "EPSG:4490")
    assert [float(one) for one in payload["units"]["area_km2"][:-1]] == pytest.approx(areas)
    assert float(payload["units"]["area_km2"][-1]) == pytest.approx(areas.sum())


def test_the_page_has_the_scripts_and_styles_of_every_other_page(example):
    parts = [
        re.findall(r"<(script|style)>(.*?)</\1>", html, re.DOTALL)
        for html in (example[1], render_page(sample_result()))
    ]
    assert [kind for kind, _ in parts[0]] == [kind for kind, _ in parts[1]]
    assert [text for _, text in parts[0]][:3] == [text for _, text in parts[1]][:3]


def test_a_page_of_a_table_says_nothing_of_pilot_zones(example):
    payload, _ = rows_of(example[1])
    assert payload["documents"] == payload["targets"] == payload["registers"] == {}
    assert payload["missing"] == payload["tally"] == payload["belts"] == []
    shown = {*(word for pair in payload["strings"] for word in pair), *payload["texts"]["subtitle"]}
    assert not [word for word in shown if re.search("美丽中国|先行区|行政区|Beautiful China|pilot", word)]
    replaced = page_words()
    assert set(replaced) <= {*room("maps"), *room("words")}
    assert payload["texts"]["level_county"] == ["流域", "Catchments"]


@settings(max_examples=10)
@given(
    st.lists(
        st.one_of(st.none(), st.floats(-1e6, 1e6).filter(lambda one: one == 0 or abs(one) > 1e-6)),
        min_size=2,
        max_size=6,
    ).filter(lambda some: any(one is not None for one in some)),
    st.sampled_from(["", "mg/L", "km2", "dB(A)"]),
)
def test_every_number_of_a_table_is_a_number_of_the_page(numbers, unit):
    html = page(
        table(x=pd.array(numbers, dtype="Float64")),
        units(len(numbers)),
        titles={"x": "X"},
        measured_in={"x": unit},
    )
    _, rates = rows_of(html)
    expected = {f"u{place}": one for place, one in enumerate(numbers) if one is not None}
    assert {
        code: float(value) for code, value in zip(rates["unit_code"], rates["value"], strict=True)
    } == expected


def test_rows_without_a_unit_and_units_without_a_row_are_told():
    more = pd.concat([table(x=[1.0, 2.0, 3.0]), pd.DataFrame({"code": ["zz"], "x": [9.0]})])
    with pytest.warns(GeozoneWarning) as said:
        html = page(more, units(5))
    told = [str(one.message) for one in said]
    assert len(told) == 2
    assert "1 rows of the table have no unit and are not drawn: zz" in told[0]
    assert "2 units have no row in the table and stay empty on the map: u3, u4" in told[1]
    payload, rates = rows_of(html)
    assert payload["finding_count"] == 2
    assert set(rates["unit_code"]) == {"u0", "u1", "u2"}


def test_a_broken_unit_is_drawn_as_repaired_and_told():
    bow = units(2)
    bow.loc[1, "geometry"] = shapely.Polygon([(11, 50), (12, 51), (12, 50), (11, 51)])
    payload, _ = rows_of(page(table(x=[1, 2]), bow))
    assert [payload["strings"][one["message"]][1] for one in payload["findings"]] == [
        "The geometries of 1 units were broken; they are drawn as repaired: u1"
    ]


def test_the_units_of_the_caller_stay_as_they_are():
    bow = units(2).to_crs(4490)
    bow.loc[1, "geometry"] = shapely.Polygon([(11, 50), (12, 51), (12, 50), (11, 51)])
    before = bow.geometry.to_wkt().to_list()
    page(table(x=[1, 2]), bow)
    assert bow.geometry.to_wkt().to_list() == before


def test_columns_may_be_years_and_units_without_a_name_have_their_key():
    own = units(2).assign(name=["One", None], name_en=[None, " "])
    payload, rates = rows_of(page(table(**{"2015": [1, 2]}).rename(columns={"2015": 2015}), own))
    assert payload["units"]["name"][:2] == ["One", "u1"]
    assert payload["units"]["name_en"][:2] == ["One", "u1"]
    assert rates["indicator"].to_list() == ["2015", "2015"]


@pytest.mark.parametrize("keys", [[1.0, 2.0], ["1", "2"], [" 1", "2 "], np.array([1, 2], np.int16)])
def test_keys_are_the_same_in_whatever_type_a_table_keeps_them(keys):
    own = units(2).assign(code=[1, 2])
    _, rates = rows_of(page(pd.DataFrame({"code": keys, "x": [5.0, 6.0]}), own))
    assert rates["unit_code"].to_list() == ["1", "2"]
    _, rates = rows_of(page(pd.DataFrame({"x": [5.0, 6.0]}, index=keys), own))
    assert rates["unit_code"].to_list() == ["1", "2"]


def faulty():
    two, points = table(x=[1.0, 2.0]), units(2)
    points.loc[1, "geometry"] = shapely.Point(11, 50)
    return {
        "no column y": (UsageError, lambda: page(two, units(2), titles={"y": "Y"})),
        "no column area_code": (UsageError, lambda: page(two, units(2), by="area_code")),
        "no column y in the units of measure": (UsageError, lambda: page(two, units(2), measured_in={"y": "km"})),
        "no column of numbers": (UsageError, lambda: page(two.assign(x=["a", "b"]), units(2))),
        "u1 has x = inf": (DataError, lambda: page(two.assign(x=[1.0, np.inf]), units(2))),
        "u0 has x = many": (DataError, lambda: page(two.assign(x=["many", 2]), units(2), titles={"x": "X"})),
        "several rows": (UsageError, lambda: page(pd.concat([two, two]), units(2))),
        "several units": (UsageError, lambda: page(two, pd.concat([units(2), units(2)]))),
        "row 2 has no code": (UsageError, lambda: page(two.assign(code=["u0", None]), units(2))),
        "no areas u1": (UsageError, lambda: page(two, points)),
        "no reference system": (UsageError, lambda: page(two, units(2).set_crs(None, allow_override=True))),
        "no row has a unit": (DataError, lambda: page(two.assign(code=["a", "b"]), units(2))),
        "no basis publik, the nearest is public": (UsageError, lambda: page(two, units(2), basis="publik")),
    }  # fmt: skip


@pytest.mark.parametrize("fault", faulty())
def test_what_cannot_be_a_page_is_refused_and_named(fault):
    kind, call = faulty()[fault]
    with pytest.raises(kind) as said:
        call()
    named = re.findall(r"u\d|row \d|\by\b|area_code|publik|public|inf|many", fault)
    assert all(word.casefold() in str(said.value).casefold() for word in named), str(said.value)


def test_names_and_columns_stay_data_whatever_they_hold():
    attack = "</script><script>window.attacked=1</script>"
    html = page(table(x=[1, 2]).rename(columns={"x": attack}), units(2, name_en=[attack, "b"]), title=attack)
    assert "<script>window.attacked" not in html
    payload, rates = rows_of(html)
    assert list(payload["indicators"]) == [attack]
    assert payload["units"]["name_en"][0] == attack
    assert rates["indicator"].to_list() == [attack] * 2


def test_the_approval_number_of_a_map_stands_on_its_page():
    payload, _ = rows_of(page(table(x=[1, 2]), units(2), review_number="GS(2026)1234"))
    assert payload["review"] == "GS(2026)1234"
