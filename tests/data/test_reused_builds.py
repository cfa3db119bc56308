"""A build that takes results of earlier ones again is, byte by byte, the build that computes everything."""

import json
import os
from contextlib import contextmanager
from dataclasses import replace

import geopandas as gpd
import pytest
import shapely

from geozone.cli import main
from geozone.errors import InputError
from geozone.maps.basemap import BaseMap
from geozone.messages import Text
from geozone.model import Document, LayerSource
from geozone.project import load_project
from geozone.reuse import reuse as door
from geozone.reuse.folder import VARIABLE
from geozone.run.build import build
from geozone.run.compute import compute, compute_rated
from geozone.run.finished import Finished
from geozone.run.options import Options

ZONE = "hebei"
LAYER = '[[layer]]\nrole = "{role}"\npath = "{role}.gpkg"\nbasis = "official"\nvintage = "2024"\n'
REGISTER = '[[register]]\nrole = "lake"\npath = "lakes.csv"\nbasis = "official"\nas_of = "2026-06-30"\n'
CROSSED = [
    (114.1, 38.2001),
    (114.1001, 38.2),
    (114.1, 38.2),
]  # its edges cross there, over some square metres
BROKEN = shapely.Polygon(
    [(114.1, 38.1), (114.3, 38.1), (114.3, 38.3), (114.1, 38.3), (114.1001, 38.2001), *CROSSED[::-1]]
)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with _variable(str(folder)):
        yield folder


@contextmanager
def _variable(value):
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = value
    yield
    os.environ[VARIABLE] = before or ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder of a small project: four counties, a red line with a fault, a barrier and a register."""
    folder = tmp_path_factory.mktemp("project")
    codes = ["130102", "130104", "130105", "130107"]
    boxes = [
        shapely.box(114 + 0.5 * (n % 2), 38 + 0.5 * (n // 2), 114.5 + 0.5 * (n % 2), 38.5 + 0.5 * (n // 2))
        for n in range(4)
    ]
    _write(folder, "boundary", boxes, code=codes, name=["甲县", "乙县", "丙县", "丁县"], level=["county"] * 4)
    _write(folder, "redline", [shapely.box(114.4, 38.4, 114.7, 38.8), BROKEN])
    _write(folder, "barrier", [shapely.box(114.2, 38.2, 114.9, 38.5), shapely.box(114.3, 38.52, 114.6, 38.9)])
    register(folder, "已建成")
    layers = "".join(LAYER.format(role=role) for role in ("boundary", "redline", "barrier"))
    (folder / "project.toml").write_text(f'zone = "{ZONE}"\n{layers}{REGISTER}', "utf-8")
    return folder


def _write(folder, role, shapes, **fields):
    gpd.GeoDataFrame(fields, geometry=shapes, crs="EPSG:4490").to_file(folder / f"{role}.gpkg")


def register(folder, status):
    rows = f"名称,所在县代码,状态\n东湖,130102,{status}\n西湖,130104,未建成\n"
    (folder / "lakes.csv").write_text(rows, "utf-8")


class Run:
    """A build of the project: its files, what it told, and what it took from earlier ones."""

    def __init__(self, folder, out, *, cache, **options):
        self.told, self.steps = [], []
        how = Options(
            cache=cache,
            notice=lambda line: self.told.append(line.zh),
            progress=lambda step: self.steps.append(step.zh),
            threads=1,
            **options,
        )
        build([load_project(folder / "project.toml")], out, how)
        self.files = {path.name: path.read_bytes() for path in out.iterdir()}
        self.record = json.loads(self.files.pop(f"{ZONE}_run.json"))
        self.reused = {one["what"] for one in self.record["reuse"]}
        of_a_run = ("started", "finished", "seconds", "timing", "reuse", "seal", "parameters")
        self.zone = {name: held for name, held in self.record.items() if name not in of_a_run}

    def __eq__(self, other):
        return (self.files, self.told, self.zone) == (other.files, other.told, other.zone)

    __hash__ = None


@pytest.fixture(scope="module")
def plain(folder, tmp_path_factory):
    return Run(folder, tmp_path_factory.mktemp("plain"), cache=False)


@pytest.fixture(scope="module")
def first(folder, cache, tmp_path_factory):
    return Run(folder, tmp_path_factory.mktemp("first"), cache=True)


@pytest.fixture(scope="module")
def second(folder, first, tmp_path_factory):
    return Run(folder, tmp_path_factory.mktemp("second"), cache=True)


def test_with_nothing_kept_with_everything_kept_and_without_keeping_the_build_is_one(plain, first, second):
    assert plain.reused == first.reused == set()
    assert second.reused == {"zone"}
    assert plain == first == second
    assert set(second.steps) == {"输入未变，沿用上次结果"}


def test_findings_decisions_and_ledger_are_told_again(first, second):
    assert any("自相交" in line or "修复" in line for line in first.told)
    assert len(first.record["repairs"]) == len(second.record["repairs"]) == 1
    assert second.told == first.told


def test_the_record_says_what_was_used_and_where_it_lay(cache, plain, second):
    assert second.record["parameters"]["cache"] == str(cache)
    assert plain.record["parameters"]["cache"] is None
    assert second.record["reuse"][0].keys() == {"what", "of", "key"}


def test_damaged_entries_are_made_anew(folder, cache, second, tmp_path):
    for number, path in enumerate(sorted(cache.glob("*.entry"))):
        held = bytearray(path.read_bytes())
        held[40 + number % max(1, len(held) - 41)] ^= 1
        path.write_bytes(held)
    run = Run(folder, tmp_path, cache=True)
    assert run.reused == set()
    assert run == second


def test_after_a_changed_register_all_of_the_layers_is_used_again(folder, second, tmp_path):
    register(folder, "未建成")
    try:
        changed, fresh = (Run(folder, tmp_path / name, cache=name == "a") for name in "ab")
    finally:
        register(folder, "已建成")
    assert changed.reused >= {"read", "check", "mosaic", "belt", "slivers", "area_choices", "table"}
    assert changed == fresh
    assert changed.files != second.files
    assert any("沿用以前的结果" in step for step in changed.steps)


def test_a_changed_layer_is_never_the_old_one_even_with_its_size_and_time(folder, second):
    path = folder / "redline.gpkg"
    before, state = path.read_bytes(), path.stat()
    old = rated(folder, cache=True)
    inside = shapely.to_wkb(shapely.box(114.4, 38.4, 114.7, 38.8))
    other = shapely.to_wkb(shapely.box(114.4, 38.4, 114.7, 38.7))
    assert before.count(inside) == 1
    path.write_bytes(before.replace(inside, other))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    try:
        changed, fresh = (rated(folder, cache=cache) for cache in (True, False))
    finally:
        path.write_bytes(before)
    assert taken(changed) >= {"read", "check"}  # of the other layers
    assert ("mosaic", "barrier, redline") not in {(one.what, one.of) for one in changed.reused}
    assert changed.rates == fresh.rates != old.rates
    assert changed.findings == fresh.findings
    assert redline_km2(changed) < redline_km2(old)


def redline_km2(result):
    rows = [row for row in result.rates if row.indicator == "redline_area" and row.level == "zone"]
    return max(row.numerator for row in rows if row.numerator is not None)


def rated(folder, **options):
    return compute_rated(load_project(folder / "project.toml"), Options(threads=1, **options)).result


def taken(result):
    return {one.what for one in result.reused}


def test_every_option_and_declaration_names_another_build(folder, cache):
    del cache
    project = load_project(folder / "project.toml")
    some = Options(cache=True)
    base = BaseMap(Text("图", "map"), ("https://example.org/{z}/{x}/{y}",), "©")
    spec = project.layers["redline"]
    other = replace(project, layers=project.layers | {"redline": replace(spec, vintage="2023")})
    keys = [
        Finished.of(some, "full", None).key(project),
        Finished.of(replace(some, lang="en"), "full", None).key(project),
        Finished.of(replace(some, threads=1), "full", None).key(project),
        Finished.of(replace(some, every_finding=True), "full", None).key(project),
        Finished.of(some, "public", None).key(project),
        Finished.of(some, "full", base).key(project),
        Finished.of(some, "full", None).key(other),
        Finished.of(some, "full", None).key(replace(project, review_number="GS(2026)1")),
    ]
    assert None not in keys
    assert len(set(keys)) == len(keys)
    assert Finished.of(some, "full", None).key(project) == keys[0]


def test_what_a_digest_stands_for_is_not_changed_in_its_place(folder, cache, tmp_path, monkeypatch):
    runs, kept = [], door.Reuse.between_runs

    def noted(**options):
        runs.append(kept(**options))
        return runs[-1]

    with _variable(str(tmp_path / "another")):
        monkeypatch.setattr(door.Reuse, "between_runs", noted)
        compute(load_project(folder / "project.toml"), Options(cache=True))
    os.environ[VARIABLE] = str(cache)
    held = [pair for run in runs for pair in run._contents.values()]
    assert held
    assert all(door.Reuse(runs[0].store).content(value) == digest for value, digest in held)


def test_a_project_that_names_a_file_that_is_not_hashed_is_never_taken_for_unchanged(folder, cache):
    del cache
    project = load_project(folder / "project.toml")
    document = Document("own", Text("文", "text"), "2026", Text("局", "office"), url=folder / "clause.pdf")
    assert Finished.of(Options(cache=True), "full", None).key(project) is not None
    assert Finished.of(Options(cache=True, since=folder), "full", None).key(project) is None
    with_file = replace(project, documents={"own": document})
    assert Finished.of(Options(cache=True), "full", None).key(with_file) is None


def test_what_stands_in_a_database_is_never_taken_for_unchanged(folder, cache):
    del cache
    project = load_project(folder / "project.toml")
    spec = project.layers["redline"]
    table = replace(spec, sources=(LayerSource("postgresql://host/gis", "redline"),))
    of_database = replace(project, layers=project.layers | {"redline": table})
    assert Finished.of(Options(cache=True), "full", None).key(of_database) is None


def test_another_version_takes_nothing_of_this_one(folder, second, monkeypatch):
    monkeypatch.setattr(door, "stamp", lambda: "another")
    assert taken(rated(folder, cache=True)) == set()


def test_a_file_that_is_gone_is_told_and_not_taken_from_what_is_kept(folder, second, tmp_path):
    path = folder / "redline.gpkg"
    away = path.rename(folder / "away.gpkg")
    try:
        with pytest.raises(InputError, match=r"redline\.gpkg"):
            Run(folder, tmp_path, cache=True)
    finally:
        away.rename(path)


@pytest.mark.parametrize("options", [[], ["--no-cache"]], ids=["with what is kept", "without"])
def test_a_command_says_what_it_took_again(folder, second, capsys, options):
    main(["rates", "--project", str(folder / "project.toml"), "--csv", *options])
    assert ("沿用以前的结果" in capsys.readouterr().err) is (not options)
