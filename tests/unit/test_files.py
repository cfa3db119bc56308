import geopandas as gpd
import pyogrio
import pytest
from shapely import box

from geozone.errors import UsageError
from geozone.files import digest, make_folder, whole_file
from geozone.read import read_layer
from geozone.read.door import vector


def test_a_file_appears_whole(tmp_path):
    with whole_file(tmp_path / "new" / "a.txt") as unfinished:
        unfinished.write_text("done")
        assert not (tmp_path / "new" / "a.txt").exists()
    assert [item.name for item in (tmp_path / "new").iterdir()] == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail():
        with whole_file(target) as unfinished:
            unfinished.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_unwritable_folder_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        make_folder(tmp_path / "file" / "below")
    assert str(tmp_path / "file" / "below") in caught.value.get("zh")


def test_a_digest_depends_on_content_and_on_names_in_a_folder(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "a").write_text("1")
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "b").write_text("1")
    assert digest(tmp_path / "one" / "a") == digest(tmp_path / "two" / "b")
    assert digest(tmp_path / "one") != digest(tmp_path / "two")


@pytest.mark.parametrize("name", ["a!b.gpkg", "a#b.gpkg", "100%.gpkg", "plain.gpkg"])
def test_a_name_that_libraries_take_for_an_address_is_written_and_read(tmp_path, name):
    folder = tmp_path / "x!y?z"
    frame = gpd.GeoDataFrame({"code": ["a"]}, geometry=[box(116, 39, 117, 40)], crs="EPSG:4490")
    with whole_file(folder / name) as unfinished:
        pyogrio.write_dataframe(frame, unfinished, layer="a")
    assert [item.name for item in folder.iterdir()] == [name]
    assert [layer for layer, _ in vector.layers(folder / name)] == ["a"]
    assert len(vector.frame(folder / name, layer="a")) == 1
    assert len(read_layer(folder / name).data) == 1
