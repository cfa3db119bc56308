"""What is kept between runs: exactly as it was, never damaged, never of something else, and never too much."""

import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from samples import sample_layers

from geozone.catalog import load_catalog
from geozone.export import geometry
from geozone.export.geometry import ascii_names, romanised_names
from geozone.maps.pictures import Subject, draw
from geozone.maps.relief import relief_image
from geozone.messages import Text
from geozone.model import BreakKind, Severity
from geozone.project import load_project
from geozone.reuse import files
from geozone.reuse import reuse as door
from geozone.reuse import stamp as stamps
from geozone.reuse.folder import VARIABLE, cache_folder
from geozone.reuse.reuse import Reuse, key_of
from geozone.reuse.store import Store
from geozone.reuse.values import NotPackableError, packed, unpacked
from geozone.run.finished import Finished
from geozone.run.options import Options

KINDS = (Text, BreakKind, Severity)
VALUES = [
    None, True, 0, -(2**70), 0.1, -0.0, float("inf"), float("-inf"), "", "红线\n\x00", b"\x00\xff",
    (1, (2.5, "a"), []), [[], [None]], {"b": 1, "a": (2,)}, {3: {"x": None}}, {1, 2}, frozenset({"甲"}),
    MappingProxyType({"a": 1}), Text("红线", "red line"), BreakKind.CUT, Severity.WARNING, date(2024, 2, 29),
    np.float64(0.1), np.int64(7), np.bool_(True), np.arange(6, dtype=np.int32).reshape(2, 3), np.zeros((0, 2)),
    np.array(["a", None, 1.5], dtype=object), np.array(["2024-01-01"], dtype="datetime64[ms]"),
]  # fmt: skip


def same(one, other):
    """Tell whether two values are the same, their types and signs too."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and one.shape == other.shape and repr(one) == repr(other)
    return type(one) is type(other) and repr(one) == repr(other)


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_comes_back_as_it_was(value):
    back = unpacked(packed(value), KINDS)
    assert same(back, value)
    assert packed(back) == packed(value)


def test_a_name_of_a_file_need_not_be_utf_8():
    path = Path(os.fsdecode(b"\xba\xec\xcf\xdf.shp"))
    assert unpacked(packed([path])) == [path]


def test_a_file_that_cannot_be_read_is_left_to_its_reader(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("a")
    monkeypatch.setattr(files, "digest", raises(PermissionError))
    with pytest.raises(NotPackableError):
        files.bytes_read(path)


def test_a_result_that_memory_does_not_hold_is_not_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(door, "packed", raises(MemoryError))
    Reuse(Store(tmp_path)).keep("0" * 32, [1])
    assert not list(tmp_path.glob("*.entry"))


def raises(error):
    def failing(*_):
        raise error

    return failing


def test_a_number_that_is_none_comes_back_as_such():
    assert np.isnan(unpacked(packed(float("nan"))))
    assert np.isnan(unpacked(packed(np.array([np.nan]))))[0]


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 1.0), (1, True), ((1,), [1]), ("1", 1), (0.0, -0.0), ({1: 2}, {"1": 2}), ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
     (np.float64(1), 1.0), (np.array([1], np.int32), np.array([1], np.int64)), ("a", b"a"), (None, "None")],
)  # fmt: skip
def test_what_differs_in_kind_or_order_has_other_bytes(one, other):
    assert packed(one) != packed(other)


SHAPES = [
    shapely.Point(1, 2),
    shapely.Point(1, 2, 3),
    shapely.LineString([(0, 0), (1, 0.1)]),
    shapely.Polygon([(0, 0), (1, 1), (0, 1), (1, 0)]),  # invalid, and stays so
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1)]),
    shapely.GeometryCollection([shapely.Point(1 / 3, 2 / 3)]),
    shapely.Polygon(),
    shapely.Point(),
    None,
]


def test_geometries_come_back_to_the_last_bit():
    back = unpacked(packed(np.array(SHAPES, dtype=object)))
    assert [None if one is None else one.wkb for one in back] == [
        None if one is None else one.wkb for one in SHAPES
    ]
    assert [one is None or one.has_z for one in back] == [one is None or one.has_z for one in SHAPES]


TABLE = pd.DataFrame(
    {
        "text": pd.Series(["a", None, "丙"], dtype="str"),
        "mixed": pd.Series([None, float("nan"), Text("甲", "A")], dtype=object),
        "number": [1.5, float("nan"), -0.0],
        "count": [1, 2, 3],
        "flag": [True, False, True],
        "year": pd.Series([2027, None, 2035], dtype="Int64"),
        "day": pd.to_datetime(["2024-01-01", None, "2024-02-29"]),
    }
)


@pytest.mark.parametrize(
    "table",
    [
        TABLE,
        TABLE.iloc[::2],
        TABLE.set_index("text"),
        TABLE.iloc[:0],
        pd.DataFrame(),
        TABLE.rename(columns={"count": "flag"}),
    ],
    ids=["plain", "some rows", "named rows", "no rows", "nothing", "two columns of a name"],
)
def test_a_table_comes_back_with_its_types_labels_and_missing_values(table):
    table = table.copy()
    table.attrs["findings"] = [{"kind": "x", "place": (1.0, 2.0)}]
    back = unpacked(packed(table), KINDS)
    pd.testing.assert_frame_equal(back, table, check_exact=True)
    assert back.attrs == table.attrs
    assert type(back.index) is type(table.index)
    if "mixed" in table and len(table) == 3:
        assert back["mixed"].iloc[0] is None


def test_every_layer_comes_back_as_it_was():
    for layer in sample_layers().values():
        back = unpacked(packed(layer.data))
        assert_geodataframe_equal(back, layer.data)
        assert back.crs == layer.data.crs
        assert (back.dtypes == layer.data.dtypes).all()
        assert back.geometry.to_wkb().tolist() == layer.data.geometry.to_wkb().tolist()


@pytest.mark.parametrize(
    "value",
    [
        object(),
        lambda: None,
        pd.DataFrame({"a": pd.Categorical(["x"])}),
        np.array([shapely.LinearRing([(0, 0), (1, 0), (1, 1)])]),
    ],
    ids=["an object", "a function", "classes", "a ring"],
)
def test_what_would_not_come_back_has_no_bytes(value):
    with pytest.raises(NotPackableError):
        packed(value)


def test_bytes_make_only_records_that_are_expected():
    with pytest.raises(NotPackableError):
        unpacked(packed(Text("甲", "A")))


@pytest.mark.parametrize("cut", [0, 5, 20, -1])
def test_bytes_of_no_value_are_refused(cut):
    content = packed({"a": np.arange(100), "b": "text"})[:cut]
    with pytest.raises(NotPackableError):
        unpacked(content)


def test_an_entry_is_there_or_not_and_never_a_part_of_it(tmp_path):
    store = Store(tmp_path / "deep" / "cache")
    assert store.get("a") is None
    assert store.put("a", b"content")
    assert store.get("a") == b"content"
    assert [path.name for path in store.folder.iterdir()] == ["a.entry"]


@pytest.mark.parametrize(
    "damage",
    [lambda held: held[:-1], lambda held: held[:40], lambda _: b"", lambda held: held[:-1] + b"x"],
)
def test_a_damaged_entry_is_noticed_and_removed(tmp_path, damage):
    store = Store(tmp_path)
    store.put("a", b"x" * 90 + b"y")
    path = tmp_path / "a.entry"
    path.write_bytes(damage(path.read_bytes()))
    assert store.get("a") is None
    assert not path.exists()


def test_what_was_not_used_longest_goes_first(tmp_path):
    store = Store(tmp_path, most_bytes=1000)
    for number, key in enumerate("abcd"):
        store.put(key, bytes(190))
        os.utime(tmp_path / f"{key}.entry", (number, number))
    assert store.get("a") is not None  # used now
    store.put("e", bytes(190))
    assert [key for key in "abcde" if store.get(key) is not None] == ["a", "c", "d", "e"]
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1000


def test_one_that_would_drive_out_the_others_is_not_kept(tmp_path):
    store = Store(tmp_path, most_bytes=1000)
    store.put("a", bytes(100))
    assert not store.put("b", bytes(300))
    assert store.get("a") is not None


def test_what_an_ended_process_left_is_cleared_and_what_another_writes_is_not(tmp_path):
    old, new = tmp_path / "x.unfinished", tmp_path / "y.unfinished"
    for path in (old, new):
        path.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    Store(tmp_path).put("a", b"content")
    assert not old.exists()
    assert new.exists()


def test_a_folder_that_cannot_be_written_keeps_nothing_and_breaks_nothing(tmp_path):
    (tmp_path / "file").write_text("no folder")
    reuse = Reuse(Store(tmp_path / "file"))
    assert reuse.result("step", "", lambda: [1], lambda: 5) == 5
    assert reuse.taken == []


def _write(folder, number):
    store = Store(Path(folder), most_bytes=60_000)
    for turn in range(60):
        key = str(turn % 7)
        held = store.get(key)
        assert held is None or len(set(held)) == 1
        store.put(key, bytes([number]) * 9000)


def test_two_processes_share_a_folder(tmp_path):
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_write, args=(tmp_path, number)) for number in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert not list(tmp_path.glob("*.unfinished"))


@dataclass
class Counted:
    times: int = 0

    def __call__(self):
        self.times += 1
        return {"value": self.times}


def test_a_step_is_done_once_for_the_same_given_and_again_for_any_other(tmp_path):
    step = Counted()
    frame = sample_layers()["redline"].data
    moved = frame.set_geometry(frame.geometry.translate(1e-9))
    for given in ([frame, 1.0], [moved, 1.0], [frame, 2.0], [frame.iloc[::-1], 1.0]):
        results = [
            Reuse(Store(tmp_path)).result("step", "x", lambda given=given: given, step) for _ in range(2)
        ]
        assert results[0] == results[1]
    assert step.times == 4
    Reuse(Store(tmp_path)).result("other step", "x", lambda: [frame, 1.0], step)
    assert step.times == 5


def test_what_is_taken_again_is_named(tmp_path):
    for times in range(2):
        reuse = Reuse(Store(tmp_path))
        reuse.result("read", "redline", lambda: [1], Counted())
        assert [(one.what, one.of) for one in reuse.taken] == [("read", "redline")] * times


def test_a_result_that_would_not_come_back_is_made_each_time(tmp_path):
    reuse = Reuse(Store(tmp_path))
    for _ in range(2):
        assert isinstance(reuse.result("step", "", lambda: [1], object), object)
    assert list(tmp_path.iterdir()) == []
    assert reuse.result("step", "", lambda: [object()], lambda: 5) == 5


def test_another_geozone_or_library_takes_nothing_of_this_one(monkeypatch):
    before = key_of("step", "", [1])
    monkeypatch.setattr(door, "stamp", lambda: "another")
    assert key_of("step", "", [1]) != before


@pytest.mark.parametrize("what", ["a library", "the code"])
def test_the_stamp_changes_with_every_library_and_file(monkeypatch, tmp_path, what):
    def made():
        stamps.stamp.cache_clear()
        return stamps.stamp()

    before = made()
    if what == "a library":
        versions = stamps.versions() | {"shapely": {"version": "2.1.1", "GEOS": "3.99.0"}}
        monkeypatch.setattr(stamps, "versions", lambda: versions)
    else:
        files = [*stamps._own_files(), tmp_path / "module.py"]
        files[-1].write_text("", "utf-8")
        monkeypatch.setattr(stamps, "_own_files", lambda: iter(files))
    assert made() != before
    monkeypatch.undo()
    assert made() == before


def test_the_stamp_covers_code_declarations_texts_data_and_scripts():
    names = {path.name for path in stamps._own_files()}
    assert {
        "compute.py",
        "indicators.toml",
        "run.toml",
        "registers.toml",
        "redline.toml",
        "figures.csv",
    } <= names
    assert not any("__pycache__" in path.parts for path in stamps._own_files())


PLACES = [
    ("linux", {"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/geozone/results"),
    ("linux", {"HOME": "/h"}, "/h/.cache/geozone/results"),
    ("linux", {"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/geozone/results"),
    ("darwin", {"HOME": "/h", "XDG_CACHE_HOME": "/c"}, "/h/Library/Caches/geozone/results"),
    ("win32", {"LOCALAPPDATA": "/l"}, "/l/geozone/results"),
    ("win32", {}, None),
    ("linux", {"HOME": "/h", VARIABLE: "/mine"}, "/mine"),
    ("linux", {"HOME": "/h", VARIABLE: ""}, None),
]


@pytest.mark.parametrize(("platform", "variables", "place"), PLACES)
def test_results_lie_where_the_platform_keeps_such_things(monkeypatch, platform, variables, place):
    for name in ("XDG_CACHE_HOME", "HOME", "LOCALAPPDATA", VARIABLE):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == (None if place is None else Path(place))


def test_a_user_without_a_home_keeps_nothing(monkeypatch):
    for name in ("XDG_CACHE_HOME", VARIABLE):
        monkeypatch.delenv(name, raising=False)

    def no_home():
        raise RuntimeError

    monkeypatch.setattr(Path, "home", no_home)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder() is None
    assert Reuse.between_runs().store is None


@pytest.mark.parametrize(
    ("path", "kept"),
    [("bays.csv", True), ("postgresql://host/gis?table=plan.bays", False)],
)
def test_a_zone_made_from_a_database_is_never_taken_again(tmp_path, monkeypatch, path, kept):
    """Its tables may hold something else by now, and nothing tells."""
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    (tmp_path / "bays.csv").write_text("名称,状态\n", "utf-8")
    project = tmp_path / "project.toml"
    for table in ('[[register]]\nrole = "bay"\nas_of = "2026"', "[[figures]]"):
        project.write_text(f'zone = "hebei"\n{table}\nbasis = "official"\npath = "{path}"\n', "utf-8")
        key = Finished.of(Options(cache=True), "full", None).key(load_project(project))
        assert (key is not None) is kept


def test_the_relief_is_drawn_once(tmp_path):
    source = next(one for one in load_catalog()["dem"].sources if "bth" in one.zones or not one.zones)
    bounds = (115.5, 39.9, 116.0, 40.3)
    runs = [Reuse(Store(tmp_path)) for _ in range(2)]
    subject = Subject((source,), (), bounds, shapely.box(*bounds), {})
    first, second = (draw(subject, run).relief for run in runs)
    assert first is not None
    assert first == second == relief_image([source], bounds)
    assert [[one.what for one in run.taken] for run in runs] == [[], ["relief"]]


def test_chinese_names_of_fields_are_romanised_once(tmp_path, monkeypatch):
    names = ["名称", "code", "重庆", "名称"]
    runs = [Reuse(Store(tmp_path)) for _ in range(2)]
    first = romanised_names(names, runs[0])
    assert first == {"名称": "ming_cheng", "重庆": "chong_qing"}
    monkeypatch.setattr(geometry, "_romanised", lambda _: pytest.fail("romanised again"))
    assert romanised_names(reversed(names), runs[1]) == first
    assert ascii_names(["名称", "重庆"], romanised=first) == first
    assert romanised_names(["code"], Reuse()) == {}
