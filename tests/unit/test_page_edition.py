"""The public edition and the optional base map: what may leave the house, and what may be asked for."""

import re

import numpy as np
import pytest
import shapely
from samples import sample_result

from geozone.errors import UsageError
from geozone.maps import assets
from geozone.maps.basemap import BaseMap, openstreetmap, tianditu
from geozone.maps.edition import off_grid, public_edition
from geozone.maps.page import render_page
from geozone.messages import Text, message
from geozone.model import Finding, Severity

built = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


def crooked_result():
    result = sample_result()
    result.rasters = {"cells": result.layers["redline"].spec}
    result.units["geometry"] = shapely.segmentize(result.units.geometry.to_numpy(), 0.013)
    for layer in result.layers.values():
        layer.data["geometry"] = shapely.segmentize(layer.data.geometry.to_numpy(), 0.0123)
        layer.data["secret"] = "known to few"
    return result


def test_nothing_finer_than_the_grid_is_inside():
    result = crooked_result()
    public = public_edition(result, grid_degrees=0.02)
    everything = [public.units.geometry.to_numpy()]
    everything += [layer.data.geometry.to_numpy() for layer in public.layers.values()]
    assert off_grid(np.concatenate(everything), 0.02) < 1e-6
    assert off_grid(result.units.geometry.to_numpy(), 0.02) > 0.1
    step = public.steps[-1]
    assert step.name == "edition"
    assert step.figures["grid_degrees"] == 0.02
    assert step.figures["withheld"] == ["redline", "barrier_gaps"]
    assert step.figures["furthest_off_grid"] < 1e-6


def test_borders_stay_shared_and_rates_stay():
    result = crooked_result()
    public = public_edition(result, grid_degrees=0.02)
    counties = public.units[public.units.level == "county"].geometry.to_numpy()
    assert shapely.coverage_is_valid(counties)
    zone = public.units[public.units.level == "zone"].geometry.iloc[0]
    assert shapely.equals(shapely.union_all(counties), zone)
    assert public.rates == result.rates
    assert public.mosaic.equals(result.mosaic)


def test_sensitive_layers_and_columns_do_not_leave():
    public = public_edition(crooked_result())
    assert public.rasters == {}
    assert "redline" not in public.layers
    assert all("secret" not in layer.data for layer in public.layers.values())
    assert not {finding.layer for finding in public.findings} & set(crooked_result().layers)
    assert all(finding.place is None for finding in public.findings)


def test_the_public_edition_counts_the_findings_that_it_leaves_out():
    result = crooked_result()
    about = message("check.geometry_null", label="known to few")
    result.findings = [
        Finding("geometry_null", Severity.WARNING, "redline", about, about, "3", (116.0, 39.0)),
        Finding("register_rows", Severity.NOTE, "bays.csv", about, about, "1", (116.0, 39.0)),
    ]
    public = public_edition(result)
    assert [finding.layer for finding in public.findings] == ["bays.csv", result.zone.key]
    assert public.findings[-1].message.params["count"] == 1


@built
def test_the_public_page_still_tells_the_shares():
    html = render_page(public_edition(crooked_result()))
    assert "known to few" not in html
    assert "redline_coverage" in html
    assert '"id":"redline"' not in html


@built
def test_a_base_map_opens_the_page_to_its_host_only():
    html = render_page(sample_result(), base_map=openstreetmap())
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert "img-src data: blob: https://tile.openstreetmap.org;" in policy
    assert policy.count("http") == 1


def test_tianditu_takes_the_users_key():
    base = tianditu("0123abcd")
    assert base.hosts() == tuple(f"https://t{number}.tianditu.gov.cn" for number in range(8))
    assert all("tk=0123abcd" in url for url in base.urls)
    for key, layer in (("", "vector"), ("a&b", "vector"), ("abc", "roads")):
        with pytest.raises(UsageError):
            tianditu(key, layer)


@pytest.mark.parametrize(
    "url",
    [
        "https://webrd01.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
        "https://wprd0{s}.is.autonavi.com/appmaptile?x={x}&y={y}&z={z}",
        "http://rt0.map.gtimg.com/tile?z={z}&x={x}&y={y}",
        "https://maponline0.bdimg.com/tile/?x={x}&y={y}&z={z}",
        "https://mt0.google.cn/vt?x={x}&y={y}&z={z}",
    ],
)
def test_shifted_services_are_refused(url):
    base = BaseMap(Text("底图", "Base"), (url,), "", ("1", "2"))
    with pytest.raises(UsageError, match="GCJ-02"):
        base.hosts()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///tiles/{z}", "https://host name/{z}", "//host/{z}"]
)
def test_addresses_that_are_none_are_refused(url):
    with pytest.raises(UsageError):
        BaseMap(Text("底图", "Base"), (url,), "").hosts()
