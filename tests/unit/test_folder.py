"""The index over a folder: every zone that the folder holds, whichever build wrote it."""

import json
import shutil
from dataclasses import replace

import pytest
from samples import sample_result

from geozone.export.geopackage import write_geopackage
from geozone.export.tables import write_tables
from geozone.maps import assets
from geozone.maps.index import render_index
from geozone.messages import Text
from geozone.rates.rows import read_rates
from geozone.run.folder import built_zones, write_index
from geozone.seeds import get_zone, zone_targets
from geozone.story.zone import zone_story

pytestmark = pytest.mark.skipif(
    not (assets.FOLDER / "page.js").exists(), reason="the page's scripts are not built: make setup"
)


def result_of(key):
    result = sample_result()
    targets = zone_targets(key)
    zone = replace(get_zone(key), documents=("004",))
    return replace(
        result, zone=zone, title=Text(f"题{key}", f"Title {key}"), targets=targets, review_number="GS 1"
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Return the files that the index is made from, of two zones."""
    folder = tmp_path_factory.mktemp("files")
    for key in ("bth", "hebei"):
        result = result_of(key)
        write_tables(result, folder)
        write_geopackage(result, folder / f"{key}.gpkg")
        (folder / f"{key}.html").write_text("page")
        story = zone_story(result)
        record = {"map_review_number": result.review_number, "story": {"zh": story.zh, "en": story.en}}
        (folder / f"{key}_run.json").write_text(json.dumps(record))
    return folder


def build(files, folder, *keys):
    """Put the files of zones into a folder and write the index, as a build does."""
    folder.mkdir(exist_ok=True)
    for key in keys:
        for path in files.glob(f"{key}*"):
            shutil.copy(path, folder)
    told = []
    return write_index(folder, "zh", told.append).read_text("utf-8"), [reason.en for reason in told]


def test_a_later_build_of_one_zone_keeps_the_others(files, tmp_path):
    together, _ = build(files, tmp_path / "a", "bth", "hebei")
    build(files, tmp_path / "b", "hebei")
    apart, told = build(files, tmp_path / "b", "bth")
    assert told == []
    assert apart == together
    assert [part in together for part in ('data-zone="bth"', 'data-zone="hebei"')] == [True, True]


def test_the_files_say_what_the_result_said(files, tmp_path):
    written, _ = build(files, tmp_path, "bth")
    assert written == render_index([result_of("bth")])
    [zone], _ = built_zones(tmp_path)
    result = result_of("bth")
    assert [rate.row("zh") for rate in zone.rates] == [rate.row("zh") for rate in result.rates]


def test_targets_of_the_users_own_and_of_other_documents_come_back(tmp_path):
    result = result_of("bth")
    own = replace(
        result.targets[0],
        id="mine",
        documents=("target_mine",),
        title=Text("自定", "自定"),
        region=Text("", ""),
    )
    floor = replace(own, id="floor_x", documents=("floor_x",), reference=True, value=None, year=None)
    result.targets = [*result.targets, own, floor]
    write_tables(result, tmp_path)
    write_geopackage(result, tmp_path / "bth.gpkg")
    (tmp_path / "bth.html").write_text("page")
    (tmp_path / "bth_run.json").write_text(json.dumps({"map_review_number": ""}))
    [zone], told = built_zones(tmp_path)
    assert told == []
    found = {target.id: target for target in zone.targets}
    assert list(found) == [target.id for target in result.targets]
    for target in (own, floor):
        again = found[target.id]
        for name in (
            "documents",
            "indicator",
            "title",
            "comparator",
            "modality",
            "value",
            "unit",
            "year",
            "reference",
        ):
            assert getattr(again, name) == getattr(target, name), name


@pytest.mark.parametrize("name", ["hebei.gpkg", "hebei.html", "hebei_rates.json", "hebei_run.json"])
def test_a_zone_with_a_file_missing_or_damaged_stays_out_and_is_told(files, tmp_path, name):
    build(files, tmp_path, "bth", "hebei")
    (tmp_path / name).unlink()
    written, told = build(files, tmp_path, "bth")
    assert 'data-zone="hebei"' not in written
    assert [name in reason for reason in told] == [True]
    if name != "hebei.html":
        (tmp_path / name).write_text("[]")
        written, told = build(files, tmp_path, "bth")
        assert 'data-zone="hebei"' not in written
        assert len(told) == 1


def test_rates_of_another_program_are_refused():
    with pytest.raises(KeyError):
        read_rates([{"zone": "bth"}])
