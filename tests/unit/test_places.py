"""The places of the documents: placed or listed, and regions where they are made of units."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from samples import BUILT_ZONES, sample_result, sample_units

from geozone.checks import check
from geozone.errors import UsageError
from geozone.explain import explain
from geozone.export.result_tables import content
from geozone.export.sheet_panel import theme
from geozone.files import shipped
from geozone.manifest.indicators import load_indicators
from geozone.manifest.roles import load_roles
from geozone.maps.edition import public_edition
from geozone.maps.payload import zone_payload
from geozone.messages import Text
from geozone.model import CRS, Basis, Kind, Layer, Level, PlaceGroup, Severity
from geozone.overlay.units import finest_units, member_codes, region_code, region_units
from geozone.policy import places as module
from geozone.policy.places import placed_table, places_layer, zone_places
from geozone.project import embedded_project, load_project
from geozone.rates.compute import zone_units
from geozone.rates.figures import Figure, Figures
from geozone.rates.item_counts import count_items, unit_items
from geozone.rates.needs import ConnectedNeed, Ground
from geozone.rates.regions import place_scopes, regions
from geozone.run.compute import compute
from geozone.run.options import Options
from geozone.run.supply import Materials, supply
from geozone.seeds import get_zone, load_places, load_targets, load_zones
from geozone.symbology import drawing_order, feature_grades

ZONE = replace(get_zone("bth"), members=("910000", "920000"), coastal=("920000",))
INDICATORS = list(load_indicators().values())


def place(**changes):
    [chosen] = [one for one in load_places() if one.id == "P036"]
    return replace(chosen, **{"units": (), "point": None, "note": None} | changes)


@pytest.fixture
def named(monkeypatch):
    """Give a zone other places than those of the register."""

    def give(*places):
        monkeypatch.setattr(module, "zone_places", lambda _: list(places))
        return places_layer(ZONE, sample_units())

    return give


@pytest.fixture(scope="module")
def codes():
    with (shipped("layers") / "registers" / "units.csv").open(encoding="utf-8") as file:
        return {row["code"] for row in csv.DictReader(file)}


def test_every_group_of_kinds_has_a_symbol_and_a_word():
    declared = load_roles()["place"].grades
    assert set(declared.codes) == {group.value for group in PlaceGroup}
    assert len(set(zip(declared.colours, declared.marks, strict=True))) == len(declared.codes)
    for one in load_places():
        assert (one.group is PlaceGroup.UNIT) == bool(one.names), one.id  # every other kind says its group
    layer = places_layer(get_zone("bth"), sample_units())
    entries, which = feature_grades(layer)
    assert [entries[place].code for place in which] == layer.data["kind_group"].tolist()
    assert {entries[place].style.mark for place in which} >= {"square", "triangle", "diamond"}


@pytest.mark.parametrize("one", load_places(), ids=lambda one: one.id)
def test_every_place_is_placed_in_one_way_or_says_why_it_is_not(one, codes):
    ways = [bool(one.units), bool(one.near), one.unplaced is not None]
    assert sum(ways) == (0 if one.point and not one.units else 1)
    assert set(one.units) | set(one.near) <= codes
    assert len(set(one.units)) == len(one.units)
    assert one.confidence or one.unplaced
    if one.units:
        assert one.confidence in {"high", "medium"}
        assert (
            len(one.units) == 1 or one.units_source or one.units in {z.members for z in load_zones().values()}
        )
    for told in (one.unplaced, one.note, one.units_source):
        assert told is None or (told.zh and told.en)
    assert one.partial <= bool(one.note)


def test_members_of_a_place_do_not_lie_in_each_other():
    for one in load_places():
        stems = [code.rstrip("0") for code in one.units]
        assert not any(a != b and b.startswith(a) for a in stems for b in stems), one.id


def test_every_place_belongs_to_a_zone_that_names_it():
    named = {one.id for zone in load_zones().values() for one in zone_places(zone)}
    assert named == {one.id for one in load_places()}


def test_a_part_of_a_zone_has_the_places_that_its_own_documents_name():
    ids = {one.id for one in zone_places(get_zone("hebei"))}
    assert {"P036", "P037", "P060", "P062"} <= ids
    assert "P040" not in ids  # only the regional plan speaks of it


def test_clauses_and_places_mean_the_same_units():
    by_name = {one.name.zh: one for one in load_places() if one.units and not one.partial}
    both = [target for target in load_targets() if target.region_codes and target.region.zh in by_name]
    assert both
    for target in both:
        assert set(target.region_codes) == set(by_name[target.region.zh].units), target.id


def test_a_place_of_units_is_their_union_with_the_sum_of_their_areas(named):
    layer = named(place(units=("910101", "910102", "920201")))
    units = sample_units().set_index("code")
    [row] = layer.data.to_dict("records")
    assert row["area_km2"] == units.loc[["910101", "910102", "920201"], "area_km2"].sum()
    assert row["geometry"].equals(
        shapely.union_all(units.loc[["910101", "910102", "920201"]].geometry.to_numpy())
    )
    assert (row["units"], row["basis"]) == ("910101,910102,920201", "derived")
    assert layer.data.crs == CRS


def test_a_place_without_units_is_a_point_that_says_it_is_one(named):
    layer = named(place(point=(116.2, 38.2), accuracy_deg=0.1))
    [row] = layer.data.to_dict("records")
    assert row["geometry"] == shapely.Point(116.2, 38.2)
    assert row["basis"] == Basis.SCHEMATIC
    assert row["accuracy_m"] == pytest.approx(11100)
    assert "示意点" in row["note"]
    assert pd.isna(row["area_km2"])


def test_a_place_said_to_lie_in_units_is_a_point_inside_them(named):
    [row] = named(place(near=("910101", "920202"))).data.to_dict("records")
    units = sample_units().set_index("code").loc[["910101", "920202"]]
    assert shapely.union_all(units.geometry.to_numpy()).contains(row["geometry"])
    assert row["units"] == ""


def test_what_cannot_be_placed_is_a_finding_and_no_feature(named):
    layer = named(place(unplaced=Text("泛称。", "A general word.")), place(point=(116.0, 38.0)))
    assert len(layer.data) == 1
    [finding] = layer.findings
    assert (finding.kind, finding.severity, finding.feature) == ("place_unplaced", Severity.NOTE, "P036")
    assert "泛称" in finding.message.get("zh")


@pytest.mark.parametrize(("point", "drawn"), [((116.2, 38.2), 1), (None, 0)])
def test_a_place_whose_units_the_boundary_lacks_is_told(named, point, drawn):
    layer = named(place(units=("910101", "139999"), point=point))
    assert [row.geom_type for row in layer.data.geometry] == ["Point"] * drawn
    assert {finding.kind for finding in layer.findings} == {"place_units_absent"}
    assert "139999" in layer.findings[0].message.get("zh")
    assert "910101" not in layer.findings[0].message.get("zh")


def test_a_place_of_which_only_some_members_are_known_says_so_in_its_name(named):
    [row] = named(place(units=("910101",), partial=True)).data.to_dict("records")
    assert row["name"].endswith("（已知部分）")
    assert row["name_en"].endswith("(known part)")


def test_large_places_lie_below_small_ones_and_points_on_top(named):
    some = [place(point=(116.0, 38.0)), place(units=("910101",)), place(units=("910000", "920000"))]
    layer = named(*some)
    assert [row.count(",") if row else -1 for row in layer.data["units"]] == [1, 0, -1]


@pytest.mark.parametrize("zone", BUILT_ZONES)
def test_every_place_of_a_zone_is_drawn_or_told(zone, monkeypatch):
    chosen = get_zone(zone)
    wanted = {code for one in zone_places(chosen) for code in (*one.units, *one.near)}
    box = shapely.box(116, 38, 117, 39)
    units = gpd.GeoDataFrame({"code": sorted(wanted), "area_km2": 1.0}, geometry=[box] * len(wanted), crs=CRS)
    layer = places_layer(chosen, units)
    told = {finding.feature for finding in layer.findings}
    assert set(layer.data["id"]) | told == {one.id for one in zone_places(chosen)}
    assert not set(layer.data["id"]) & told


def test_places_may_lie_over_each_other_without_a_finding():
    box = shapely.box(116, 38, 117, 39)
    data = gpd.GeoDataFrame({"name": ["甲", "乙", "丙"]}, geometry=[box, box, box.buffer(0.2)], crs=CRS)
    result = sample_result()
    spec = result.layers["redline"].spec
    kinds = {one.kind for one in check(Layer("places", data, replace(spec, role="place")))}
    others = {one.kind for one in check(Layer("redline", data, spec))}
    assert not kinds & {"duplicate", "overlap", "overlaps_total"}
    assert {"duplicate", "overlap"} <= others


def test_the_role_of_places_is_the_topmost_and_no_other_claims_nothing():
    roles = load_roles()
    assert [role.id for role in roles.values() if role.nominal] == ["place"]
    assert list(roles)[-1] == "place"
    assert not roles["place"].shown


# --- regions ------------------------------------------------------------------------------------------------------------


def made(*places, targets=()):
    return regions(zone_units(sample_units()), list(targets), ZONE, places, INDICATORS)


def test_a_place_of_several_units_is_a_region_for_what_its_units_have_rows_of():
    [region] = made(place(units=("910102", "910101")))
    assert region.code == "910101+910102"
    assert (region.level, region.area_km2, set(region.members)) == (
        Level.COUNTY,
        4800.0,
        {"910101", "910102"},
    )
    assert region.indicators == {one.id for one in INDICATORS if Level.COUNTY in one.levels}


@pytest.mark.parametrize("units", [("910101",), ("920000", "910000"), ("910101", "130101")])
def test_one_unit_and_the_zone_are_no_regions_and_neither_is_what_the_boundary_lacks(units):
    assert made(place(units=units)) == []


def test_a_clause_and_a_place_of_the_same_units_are_one_region_with_both_their_indicators():
    target = next(one for one in load_targets() if one.id == "HEB-30")
    target = replace(target, region_codes=("910102", "910101"), indicator="redline_area")
    note = Text("注", "note")
    [region] = made(place(units=("910101", "910102"), note=note), targets=[target])
    assert region.name == target.region
    assert {"redline_area", "redline_coverage"} <= region.indicators
    assert region.note == note


def test_figures_of_a_place_are_those_of_its_units_and_a_partial_one_has_none():
    some = [
        place(id="A", units=("910102", "910101")),
        place(id="B", units=("910101",)),
        place(id="C", units=("910000", "920000")),
        place(id="D", units=("910101", "920101"), partial=True),
        place(id="E", units=("139999",)),
    ]
    units = [*zone_units(sample_units()), *made(*some)]
    scopes = place_scopes(some, units, ZONE)
    assert scopes == {"A": "910101+910102", "B": "910101", "C": "bth"}
    figure = Figure(
        "forest_cover",
        "A",
        Text("甲", "A"),
        2025,
        35.0,
        "%",
        "=",
        "value",
        Basis.PUBLIC,
        Text("源", "source"),
        "2025",
    )
    assert Figures([figure]).under(scopes, {}).latest("forest_cover", "910101+910102").value == 35.0


def test_codes_of_a_region_are_joined_in_one_order():
    assert region_code(("3", "1", "2")) == region_code(("2", "3", "1")) == "1+2+3"
    assert member_codes("1+2+3") == ("1", "2", "3")
    assert member_codes("130000") == ("130000",)


@pytest.mark.parametrize(
    ("code", "finest"), [("910101+920202", 2), ("910100+920201", 3), ("910000+920000", 8)]
)
def test_a_region_is_made_of_the_finest_units_of_its_members(code, finest):
    frame = region_units(sample_units(), code)
    assert len(frame) == finest + 1
    assert frame["code"].iloc[-1] == code
    assert set(frame["parent"].iloc[:-1]) == {code}
    assert frame.geometry.iloc[-1].equals(shapely.union_all(frame.geometry.iloc[:-1].to_numpy()))


def test_a_register_is_counted_for_a_region_as_the_sum_of_its_members():
    register = sample_result().registers["bay"]
    for codes in (("910101", "910102"), ("910100", "920100"), ("910000", "920000")):
        level = {4: Level.PROVINCE, 2: Level.CITY}.get(
            len(codes[0]) - len(codes[0].rstrip("0")), Level.COUNTY
        )
        parts = [count_items(register, code, level, ZONE) for code in codes]
        whole = count_items(register, region_code(codes), level, ZONE)
        assert whole.listed == sum(part.listed for part in parts)
        assert len(unit_items(register, region_code(codes), level, ZONE)) == whole.listed
        tallies = [part.tally for part in parts if part.tally]
        if tallies:
            assert whole.tally == sum(tallies[1:], start=tallies[0])
        else:
            assert (whole.tally, whole.reason) == (None, "no_items")


# --- explain ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_region():
    result = sample_result()
    first = next(rate for rate in result.rates if rate.unit_code == "910101")
    zone = replace(result.zone, documents=("004",))
    region = replace(first, unit_code="130629+130632+130638", unit_name=Text("雄安新区", "Xiong'an New Area"))
    return replace(
        result, zone=zone, rates=[*result.rates, region], indicators=load_indicators()
    ), first.indicator


@pytest.mark.parametrize("asked", ["P036", "雄安新区", "Xiong'an New Area", "130638+130629+130632"])
def test_a_region_is_explained_by_its_name_its_codes_and_its_place(with_region, asked):
    result, indicator = with_region
    assert "雄安新区" in explain(result, indicator, asked)[0].text.zh


def test_a_place_that_is_a_point_has_nothing_to_explain(with_region):
    result, indicator = with_region
    with pytest.raises(UsageError) as raised:
        explain(result, indicator, "白洋淀")
    assert "白洋淀" in raised.value.message.get("zh")


# --- a run --------------------------------------------------------------------------------------------------------------

DATA = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": name},
            "geometry": shapely.geometry.mapping(shape),
        }
        for name, shape in {
            "雄安新区": shapely.box(115.7, 38.7, 116.3, 39.2),
            "起步区": shapely.box(115.9, 38.9, 116.0, 39.0),
            "白洋淀": shapely.Point(116.0, 38.9),
        }.items()
    ],
}


@pytest.fixture(scope="module")
def run(results_kept):
    return compute(embedded_project("hebei"), Options(cache=True))


@pytest.fixture(scope="module")
def run_with_own_places(results_kept, tmp_path_factory):
    folder = tmp_path_factory.mktemp("own")
    (folder / "places.geojson").write_text(json.dumps(DATA, ensure_ascii=False), "utf-8")
    entry = '[[layer]]\nrole = "place"\npath = "places.geojson"\nbasis = "official"\nvintage = "2024"\n'
    (folder / "project.toml").write_text(f'zone = "hebei"\n{entry}', "utf-8")
    return compute(load_project(folder / "project.toml"), Options(cache=True))


def test_a_run_has_rates_of_a_place_that_are_the_sums_of_its_members(run):
    by_code = {rate.unit_code: rate for rate in run.rates if rate.indicator == "redline_coverage"}
    members = [by_code[code] for code in ("130629", "130632", "130638")]
    whole = by_code["130629+130632+130638"]
    assert whole.unit_name.zh == "雄安新区"
    assert whole.numerator == pytest.approx(sum(one.numerator for one in members), rel=1e-12)
    assert whole.denominator == pytest.approx(sum(one.denominator for one in members), rel=1e-12)
    assert whole.value == pytest.approx(whole.numerator / whole.denominator, rel=1e-12)
    assert "1770" in whole.note.zh


def test_the_places_of_a_run_are_drawn_over_everything_and_cut_nothing(run):
    assert drawing_order(run.layers.values())[-1].id == "places"
    assert "places" not in run.mosaic.columns
    told = {finding.feature for finding in run.findings if finding.layer == "places"}
    assert set(run.layers["places"].data["id"]) | told == {one.id for one in zone_places(run.zone)}
    tables = {table.name: table for table in content(run, "zh") if table.name.startswith("places")}
    assert {name: table.geometry for name, table in tables.items()} == {
        "places": "MultiPolygon",
        "places_points": "Point",
    }


def test_the_page_and_its_public_edition_know_the_places(run):
    for result in (run, public_edition(run)):
        payload = zone_payload(result)
        items = {item["id"]: item for item in payload["places"]["items"]}
        assert items["P036"]["units"] == ["130629", "130632", "130638"]
        assert items["P036"]["code"] in {region["code"] for region in payload["regions"]}
        assert items["P008"]["code"] == "hebei"
        assert items["P037"]["code"] is None


def test_places_of_the_user_take_the_place_of_those_of_the_documents(run_with_own_places):
    result = run_with_own_places
    assert list(result.layers["places"].data["name"]) == ["雄安新区", "起步区", "白洋淀"]
    assert {f.kind for f in result.findings if f.layer == "places"} == set()
    assert "places" not in result.mosaic.columns
    assert any(rate.unit_code == "130629+130632+130638" for rate in result.rates)


def test_connectivity_is_computed_for_a_region_as_for_a_unit():
    units = sample_units()
    need = ConnectedNeed(Ground("barrier"), 1000.0, ("city",), None)
    whole = shapely.box(116.0, 38.0, 117.0, 38.2)
    layer = sample_result().layers["barrier"]
    layer = replace(layer, data=gpd.GeoDataFrame({"name": ["甲"]}, geometry=[whole], crs=CRS))
    code = "910101+910102"
    materials = Materials(
        {"barrier": layer}, {}, units, finest_units(units), None, regions=[region_units(units, code)]
    )
    table = supply([need], materials)[need].set_index("code")
    assert table.loc[code, "largest_km2"] == pytest.approx(table.loc["910100", "largest_km2"], rel=1e-9)
    assert table.loc[code, "total_km2"] == pytest.approx(table.loc["910100", "total_km2"], rel=1e-9)


def test_the_listing_of_the_documentation_is_that_of_the_register():
    text = (Path(__file__).parents[2] / "docs/places.md").read_text("utf-8")
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| P0")]
    table = placed_table()
    assert [row[0].strip("| ") for row in rows] == list(table["id"])
    assert [row[5] for row in rows] == list(table["placed"])
    assert [row[6] for row in rows] == list(table["units"])
    assert [row[8] for row in rows] == list(table["measure"])
    assert [row[9] for row in rows] == list(table["measure_source"])
    assert [row[10].removesuffix(" |") for row in rows] == list(table["note"])


def test_places_and_gaps_are_left_off_a_printed_sheet(run):
    about = theme(run, "zh")
    assert "places" not in about.result.layers
    assert set(about.result.layers) == set(run.layers) - {"places", "barrier_gaps"}


def test_a_reported_figure_is_of_the_place_itself_and_a_computed_one_of_its_units(run):
    rows = [rate for rate in run.rates if rate.unit_code == "130629+130632+130638" and rate.value is not None]
    told = {rate.kind: "1770" in rate.note.zh for rate in rows}
    assert told[Kind.REPORTED] is False
    assert told[Kind.COVERAGE] is True
