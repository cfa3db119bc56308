"""MapInfo files, TAB and MIF: what is exported comes back with the same rows, areas and texts, and no number is made up."""

import csv

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
from samples import sample_result

from geozone.errors import UsageError
from geozone.export.formats import DICTIONARY, Choices, write_format
from geozone.export.result_tables import content
from geozone.overlay.plane import area_km2, length_km
from geozone.read import read_layer

CHOICES = {
    "plain": Choices(), "gbk": Choices(encoding="GBK"), "metres": Choices(encoding="gbk", crs="EPSG:4527"),
}  # fmt: skip


@pytest.fixture(scope="module")
def tables():
    return {
        table.name: table for table in content(sample_result(), "zh") if table.geometry and len(table.frame)
    }


@pytest.fixture(
    scope="module",
    params=[("mif", "plain"), ("mif", "metres"), ("tab", "plain"), ("tab", "gbk")],
    ids="-".join,
)
def written(request, tmp_path_factory):
    kind, how = request.param
    folder = tmp_path_factory.mktemp("mapinfo") / "bth"
    write_format(sample_result(), folder, kind, choices=CHOICES[how])
    with (folder / DICTIONARY).open(encoding="utf-8-sig", newline="") as stream:
        return kind, how, folder, list(csv.DictReader(stream))


def test_rows_areas_and_texts_come_back_by_the_reader(written, tables):
    kind, how, folder, _ = written
    for name, table in tables.items():
        layer = read_layer(folder / f"{name}.{kind}")
        assert list(layer.data["name"]) == list(table.frame["name"]), name
        areas = [area_km2(frame.geometry) for frame in (layer.data, table.frame)]
        np.testing.assert_allclose(*areas, rtol=1e-6 if how == "metres" else 2e-7, atol=1e-9, err_msg=name)
        # a straight line of degrees is longer than the shortest way: in a plane it was divided
        lengths = [length_km(frame.geometry) for frame in (layer.data, table.frame)]
        np.testing.assert_allclose(*lengths, rtol=1e-5, err_msg=name)


def test_every_value_comes_back_and_an_empty_number_is_no_zero(written, tables):
    kind, _, folder, dictionary = written
    emptied = 0
    for name, table in tables.items():
        found = pyogrio.read_dataframe(folder / f"{name}.{kind}", read_geometry=False)
        rows = {row["column"]: row for row in dictionary if row["file"] == f"{name}.{kind}"}
        assert [row["field"] for row in rows.values()] == list(found.columns)
        assert all(len(field) <= 31 for field in found.columns)
        for item in table.columns:
            values, given = found[rows[item.name]["field"]].tolist(), table.frame[item.name].tolist()
            empty = [bool(gone) for gone in table.frame[item.name].isna()]
            if item.type == "text":
                assert values == ["" if gone else one for one, gone in zip(given, empty, strict=True)]
                continue
            assert rows[item.name]["type"] == ("text" if any(empty) else item.type), item.name
            emptied += any(empty)
            for one, value, gone in zip(values, given, empty, strict=True):
                assert (
                    one == ""
                    if gone
                    else float(one == "True" if one in {"True", "False"} else one) == float(value)
                )
    assert emptied > 3


def test_the_encoding_stands_in_the_file(written):
    kind, how, folder, _ = written
    word = b'"UTF-8"' if how == "plain" else b"WindowsSimpChinese"
    head = (folder / f"units.{kind}").read_bytes()[:200]
    assert word.strip(b'"') in head
    table = (folder / "units.mid" if kind == "mif" else folder / "units.dat").read_bytes()
    assert ("甲省1市1县".encode("utf-8" if how == "plain" else "gbk")) in table


def test_equal_input_gives_equal_files(tmp_path):
    for name in ("one", "two"):
        write_format(sample_result(), tmp_path / name, "mif")
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_an_encoding_that_mapinfo_has_not_is_refused(tmp_path):
    with pytest.raises(UsageError) as caught:
        write_format(sample_result(), tmp_path / "out", "tab", choices=Choices(encoding="EUC-KR"))
    assert caught.value.message.key == "export.unknown_encoding"
    assert list(tmp_path.iterdir()) == []


def test_a_tab_file_has_its_coordinates_to_a_millimetre(tmp_path, tables):
    write_format(sample_result(), tmp_path / "out", "tab")
    found = gpd.read_file(tmp_path / "out" / "units.tab").geometry.bounds.to_numpy()
    assert np.abs(found - tables["units"].frame.geometry.bounds.to_numpy()).max() < 1e-8
