"""The land-parcel text: what it states of its parcels is held against their points, however it is written."""

import pytest
import shapely

from geozone.checks import check
from geozone.errors import InputError
from geozone.model import Severity
from geozone.overlay.plane import area_km2
from geozone.read import read_layer

EAST, NORTH = 39534133.0, 4435157.0


def square(
    ring=1, east=0.0, north=0.0, size=1000.0, *, close=True, first=1, form="J{n},{ring},{y:.3f},{x:.3f}"
):
    places = [(0, 0), (size, 0), (size, size), (0, size)]
    places += [(0, 0)] if close else []
    lines = [
        form.format(n=first + number, ring=ring, y=NORTH + north + y, x=EAST + east + x)
        for number, (x, y) in enumerate(places)
    ]
    return "\n".join(lines) + "\n"


def parcel(*rings, count=5, area=100, kind="面", head="{count},{area},1,甲,{kind},,,,@"):
    return head.format(count=count, area=area, kind=kind) + "\n" + "".join(rings)


def read(tmp_path, *parcels, header="", unit="米", zone="带号=39"):
    words = f"[属性描述]\n坐标系=2000国家大地坐标系\n几度分带=3\n投影类型=高斯克吕格\n计量单位={unit}\n{zone}\n{header}[地块坐标]\n"
    path = tmp_path / "界址点.txt"
    path.write_bytes((words + "".join(parcels)).encode("gb18030"))
    layer = read_layer(path)
    layer.findings.extend(check(layer))
    return layer


def grave(layer):
    return [
        (finding.kind, finding.severity)
        for finding in layer.findings
        if finding.severity is not Severity.NOTE
    ]


def km2(layer):
    return float(area_km2(layer.data.geometry, 4490).sum())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (parcel(square()), 1.0),
        (parcel(square(close=False), count=4), 1.0),
        (parcel(square(), count=4), 1.0),  # the closing point is not counted
        (parcel(square(), square(first=5, east=3000), count=10, area=200), 2.0),  # two rings of one number
        (parcel(square(), square(2, 250, 250, 500), count=10, area=75), 0.75),
        (parcel(square(2, 250, 250, 500), square(), count=10, area=75), 0.75),  # the hole comes first
        (parcel(square(), square(2, 200, 200, 600), square(3, 400, 400, 200), count=15, area=68), 0.68),
        (parcel(square(), count="", area=""), 1.0),
        (parcel(square(), count="5个", area="100.00"), 1.0),
        (parcel(square(form="J{n}  {ring}  {y:.3f}  {x:.3f}"), head="{count} {area} 1 甲 {kind} @"), 1.0),
        (
            parcel(square(form="J{n}\t{ring}\t{y:.3f}\t{x:.3f}"), head="{count}\t{area}\t1\t甲\t{kind}\t@"),
            1.0,
        ),
        (
            parcel(square(form="J{n}，{ring}，{y:.3f}，{x:.3f}"), head="{count}，{area}，1，甲，{kind}，@"),
            1.0,
        ),
        (parcel(square(form="J{n};{ring};{y:.3f};{x:.3f}"), head="{count};{area};1;甲;{kind};@"), 1.0),
        (parcel(square()) + "\n\x1a", 1.0),
    ],
)
def test_parcels_as_offices_write_them(tmp_path, body, expected):
    layer = read(tmp_path, body)
    assert grave(layer) == []
    assert km2(layer) == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("word", ["千米", "公里", "km"])
def test_parcels_in_kilometres_are_read_in_metres(tmp_path, word):
    body = parcel(square(form="J{n},{ring},{y},{x}"))
    for line in body.splitlines()[1:]:
        name, ring, north, east = line.split(",")
        body = body.replace(line, f"{name},{ring},{float(north) / 1000:.6f},{float(east) / 1000:.6f}", 1)
    layer = read(tmp_path, body, unit=word)
    assert grave(layer) == []
    assert km2(layer) == pytest.approx(1.0, abs=1e-3)


def test_a_unit_that_nobody_knows_is_said(tmp_path):
    assert ("parcel_unit", Severity.WARNING) in grave(read(tmp_path, parcel(square()), unit="丈"))


@pytest.mark.parametrize(
    ("kind", "found", "shape"),
    [
        ("线", "parcel_is_line", "LineString"),
        ("点", "parcel_is_point", "MultiPoint"),
        ("线状", "parcel_is_line", "LineString"),
    ],
)
def test_a_parcel_that_is_no_area_is_read_as_what_it_is(tmp_path, kind, found, shape):
    layer = read(tmp_path, parcel(square(), area="", kind=kind))
    assert layer.data.geometry.iloc[0].geom_type == shape
    assert (found, Severity.WARNING) in grave(layer)
    assert kind in layer.findings[0].message.get("zh")


@pytest.mark.parametrize(
    ("count", "severity"),
    [(9, Severity.ERROR), (6, Severity.ERROR), (3, Severity.WARNING), (2, Severity.WARNING)],
)
def test_a_number_of_points_that_is_not_so(tmp_path, count, severity):
    assert ("parcel_count", severity) in grave(read(tmp_path, parcel(square(), count=count)))


@pytest.mark.parametrize(
    ("area", "header", "kinds"),
    [
        (10, "", ["stated_area_differs"]),
        (110, "", ["stated_area_differs"]),
        (1500, "", ["stated_area_unit"]),
        (1e6, "", ["stated_area_unit"]),
        (0, "", ["stated_area_not_positive"]),
        (1500, "面积单位=亩\n", []),
        ("100公顷", "", []),
        ("1500亩", "", []),
        ("110公顷", "", ["stated_area_differs"]),
        (1e6, "面积单位=平方米\n", []),
        (1500, "面积单位=公顷\n", ["stated_area_unit"]),
    ],
)
def test_the_stated_area_of_a_parcel_is_compared(tmp_path, area, header, kinds):
    assert [kind for kind, _ in grave(read(tmp_path, parcel(square(), area=area), header=header))] == kinds


def test_a_text_that_is_cut_off_says_so(tmp_path):
    whole = parcel(square()) + parcel(square(east=3000))
    layer = read(tmp_path, whole[: whole.rindex("J4")])
    assert ("parcel_count", Severity.ERROR) in grave(layer)


def test_a_ring_of_two_points_is_said(tmp_path):
    layer = read(tmp_path, parcel(square(), f"J6,2,{NORTH},{EAST}\nJ7,2,{NORTH + 5},{EAST}\n", count=7))
    assert grave(layer) == [("parcel_ring", Severity.WARNING)]
    assert km2(layer) == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize(
    ("zone", "code"),
    [("带号=39带", "EPSG:4527"), ("带号=\n中央经线=117", "EPSG:4548"), ("中央子午线=117°", "EPSG:4548")],
)
def test_zone_and_meridian_lead_to_the_same_crs(tmp_path, zone, code):
    form = "J{n},{ring},{y:.3f},{x:.3f}"
    body = parcel(square(form=form))
    layer = read(
        tmp_path,
        body if code == "EPSG:4527" else body.replace(",39534", ",534").replace(",39535", ",535"),
        zone=zone,
    )
    assert [decision.value for decision in layer.decisions if decision.kind == "crs"] == [code]
    assert shapely.bounds(layer.data.geometry.iloc[0])[0] == pytest.approx(117.4, abs=0.01)


def test_parcels_in_degrees_are_read_as_they_stand(tmp_path):
    places = [(40.0, 117.0), (40.0, 117.01), (40.01, 117.01), (40.0, 117.0)]
    body = "".join(f"J{number},1,{north},{east}\n" for number, (north, east) in enumerate(places))
    layer = read(tmp_path, parcel(body, count=4, area=""), unit="度")
    assert grave(layer) == []
    assert layer.data.geometry.iloc[0].bounds == pytest.approx((117.0, 40.0, 117.01, 40.01))


FREE = parcel(square()).replace(",39534", ",534").replace(",39535", ",535")  # eastings without a zone number


@pytest.mark.parametrize(
    ("zone", "meridian"),
    [
        ("中央子午线=117.5", 117.5),
        ("中央经线=117度30分", 117.5),
        ("中央子午线=E117°30′00″", 117.5),
        ("几度分带=1.5\n带号=78\n中央子午线=118.5", 118.5),
    ],
)
def test_a_meridian_of_a_grid_of_its_own_is_taken_whole(tmp_path, zone, meridian):
    layer = read(tmp_path, FREE, zone=zone)
    assert grave(layer) == []
    assert km2(layer) == pytest.approx(1.0, abs=1e-3)
    assert layer.data.total_bounds[0] - meridian == pytest.approx(0.4, abs=0.01)


def test_a_zone_and_a_meridian_that_contradict_each_other_are_said(tmp_path):
    layer = read(tmp_path, parcel(square()), zone="带号=39\n中央子午线=120")
    assert grave(layer) == [("parcel_meridian", Severity.WARNING)]
    assert grave(read(tmp_path, parcel(square()), zone="带号=39\n中央子午线=117")) == []


@pytest.mark.parametrize("other", ["带号=40", "坐标系=1980西安坐标系"])
def test_texts_of_different_systems_put_together_are_refused(tmp_path, other):
    with pytest.raises(InputError, match="4527"):
        read(tmp_path, FREE, f"[属性描述]\n{other}\n[地块坐标]\n", FREE)


def test_texts_put_together_keep_their_own_units(tmp_path):
    small = parcel(square(form="J{n},{ring},{y:.3f},{x:.3f}"))
    lines = [line.split(",") for line in small.splitlines()]
    in_km = "\n".join(
        ",".join([*line[:2], *(f"{float(cell) / 1000:.6f}" for cell in line[2:])])
        if line[0][0] == "J"
        else ",".join(line)
        for line in lines
    )
    layer = read(tmp_path, small, "[属性描述]\n计量单位=千米\n[地块坐标]\n", in_km)
    assert km2(layer) == pytest.approx(2.0, abs=1e-3)


@pytest.mark.parametrize(
    "body",
    [
        parcel(square()).replace("@", "＠"),
        parcel(square()).replace("@", "@,"),
        "// 说明\n" + parcel(square()).replace("\n", "\n# 界址点\n", 1),
    ],
)
def test_ends_of_parcel_lines_and_remarks(tmp_path, body):
    layer = read(tmp_path, body)
    assert grave(layer) == []
    assert km2(layer) == pytest.approx(1.0, abs=1e-3)


def test_parcels_in_degrees_minutes_and_seconds(tmp_path):
    places = [("40°", "117°"), ("40°0′0″", "117°0′36″"), ("40°0′36″", "117°0′36″"), ("40°", "117°")]
    body = "".join(f"J{number},1,{north},{east}\n" for number, (north, east) in enumerate(places))
    layer = read(tmp_path, parcel(body, count=4, area=""), unit="度")
    assert layer.data.geometry.iloc[0].bounds == pytest.approx((117.0, 40.0, 117.01, 40.01))


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ("0,0,0,0,0,0,0", []),
        ("", []),
        ("无", []),
        ("0,0,0,0,0,0,1", []),
        ("12.5,-30.2,0,0,0,0,0", [("parcel_shift", Severity.WARNING)]),
        ("0，0，0，0，0，0，-1.2e-6", [("parcel_shift", Severity.WARNING)]),
    ],
)
def test_conversion_parameters_that_are_not_applied_are_told(tmp_path, parameters, found):
    assert grave(read(tmp_path, parcel(square()), header=f"转换参数={parameters}\n")) == found
