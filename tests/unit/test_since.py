"""A build held against its last release: the same differences as `geozone diff`, in the record, the workbook and on the page."""

import json
import pickle
import re
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from samples import result_of_many

from geozone.cli import cli
from geozone.diff import compare
from geozone.errors import InputError, UsageError
from geozone.export.geopackage import write_geopackage
from geozone.maps import assets
from geozone.maps.edition import public_edition
from geozone.maps.page import render_page
from geozone.messages import text
from geozone.model import Status, Verdict
from geozone.opened import OpenProject
from geozone.project import embedded_project
from geozone.run.closing import closing_lines
from geozone.run.options import Options
from geozone.run.output import write_data, write_run
from geozone.run.since import compared, release_of
from geozone.seeds import get_zone


@pytest.fixture(scope="module")
def release(tmp_path_factory):
    """Return the GeoPackage of the last release."""
    path = tmp_path_factory.mktemp("released") / "bth.gpkg"
    write_geopackage(result_of_many(), path, lang="zh")
    return path


def edited():
    """Return the result as it is after edits of an item, a feature and a rate with its verdict."""
    result = result_of_many()
    register, bays = result.registers["bay"], result.layers["bays"]
    items = register.items.copy()
    items.loc[0, "status"] = Status.UNKNOWN
    items.loc[1, "item_id"] = "bay-renamed"
    features = bays.data.copy()
    features.loc[1, "item_id"] = "bay-renamed"  # as it is joined to its item
    features.loc[3, "geometry"] = shapely.affinity.translate(features.geometry[3], 0.01, 0)
    rates = list(result.rates)
    place = next(n for n, rate in enumerate(rates) if rate.indicator == "bay_completion" and rate.verdict)
    rates[place] = replace(rates[place], value=0.987, low=0.987, high=0.987, verdict=Verdict.MET)
    return replace(
        result,
        rates=rates,
        registers={**result.registers, "bay": replace(register, items=items)},
        layers={**result.layers, "bays": replace(bays, data=features)},
    )


@pytest.fixture(scope="module")
def result(release):
    return compared(edited(), release, Options())


def test_a_build_of_the_same_data_does_not_differ_from_its_release(release):
    same = compared(result_of_many(), release, Options(lang="en"))
    assert same.since.differences == ()
    assert same.findings == result_of_many().findings
    assert same.since.summary() == text("diff.since_none", release="bth.gpkg")


def test_what_is_about_to_be_written_differs_as_the_written_file_does(result, release, tmp_path):
    write_geopackage(result, tmp_path / "bth.gpkg", lang="zh")
    assert list(result.since.differences) == compare(release, tmp_path / "bth.gpkg")
    assert {(one.part.value, one.change.value, one.field) for one in result.since.differences} >= {
        ("data", "changed", "status"), ("data", "key_changed", "item_id"), ("data", "geometry", "geometry"),
        ("rates", "changed", "value"), ("verdicts", "changed", "verdict"),
    }  # fmt: skip


def test_two_builds_of_the_same_data_say_the_same_of_a_release(result, release):
    again = compared(edited(), release, Options())
    assert again.since == result.since
    assert again.findings == result.findings
    assert pickle.loads(pickle.dumps(result.since)) == result.since  # another process may write the files
    if (assets.FOLDER / "page.js").exists():
        assert render_page(again) == render_page(result)


def test_the_release_is_named_on_the_command_line_or_from_python(monkeypatch, release, tmp_path):
    asked = []

    def build(projects, out, options, **_):
        asked.append(options.since)
        return []

    monkeypatch.setattr("geozone.run.build.build", build)
    monkeypatch.setattr("geozone.opened.build", build)
    monkeypatch.setattr("geozone.run.closing.closing_lines", lambda *_: [])
    arguments = ["build", "bth", "--out", str(tmp_path), "--since", str(release)]
    CliRunner().invoke(cli, arguments, catch_exceptions=False)
    CliRunner().invoke(cli, arguments[:-2], catch_exceptions=False)
    opened = OpenProject(embedded_project("bth"))
    opened.build(tmp_path, since=release.parent)
    opened.build(tmp_path)
    assert asked == [release, None, release.parent, None]


def test_the_project_file_names_the_release_and_the_command_line_goes_first(monkeypatch, release, tmp_path):
    asked = []

    class Asked(Exception):  # noqa: N818 - what was to be known is known, and nothing is to be computed
        pass

    def compute_zone(project, options, **_):
        asked.append(options.since)
        raise Asked

    monkeypatch.setattr("geozone.run.output.compute_zone", compute_zone)
    path = tmp_path / "project.toml"
    path.write_text(f'zone = "bth"\n[since]\npath = "{release.parent.name}"\n', "utf-8")
    moved = release.parent.rename(tmp_path / release.parent.name)
    for more in ([], ["--since", str(moved / "bth.gpkg")]):
        arguments = ["build", "--project", str(path), "--out", str(tmp_path / "out"), "--threads", "1", *more]
        with pytest.raises(Asked):
            CliRunner().invoke(cli, arguments, catch_exceptions=False)
    moved.rename(release.parent)
    assert asked == [moved, moved / "bth.gpkg"]


def test_a_feature_that_follows_its_item_is_told_once(result):
    assert [one.table for one in result.since.differences if one.field in {"status", "item_id"}] == [
        "bay"
    ] * 2


def test_edits_that_broke_something_are_findings(result):
    found = {finding.kind: finding for finding in result.findings if finding.kind.startswith("edit_")}
    assert set(found) == {"edit_key", "edit_status"}
    assert (found["edit_key"].layer, found["edit_key"].feature) == ("bay", "bay-1")
    assert "bay-renamed" in found["edit_key"].message.get("zh")
    assert "未知" in found["edit_status"].message.get("zh")


def test_record_workbook_and_last_words_tell_what_differs(result, tmp_path):
    files = write_data(result, tmp_path, Options())
    now = pd.Timestamp("2026-01-01", tz="UTC").to_pydatetime()
    record = json.loads(
        write_run(result, tmp_path, Options(), edition="full", outputs=files, started=now).read_text("utf-8")
    )
    assert record["since"]["release"] == "bth.gpkg"
    assert len(record["since"]["differences"]) == len(result.since.differences)
    moved = [row for row in record["since"]["differences"] if row["change"] == "geometry"]
    assert [row["item"] for row in moved] == ["bay-3"]
    sheet = openpyxl.load_workbook(tmp_path / "bth.xlsx")["自上次发布以来"]
    rows = [row for row in sheet.iter_rows(min_row=3, values_only=True) if any(row)]
    assert (
        "数据",
        "美丽海湾名录",
        "bay-1",
        "湾1",
        "编号改变",
        "条目编号",
        "bay-1",
        "bay-renamed",
        None,
    ) in rows
    assert sum(row[0] == "指标" for row in rows) == 1
    (verdict,) = [row for row in rows if row[0] == "判定改变"]
    assert verdict[7] == "已达到"
    assert verdict[8].startswith("数值 ")
    assert result.since.summary() in closing_lines(tmp_path, ["bth"])


def test_a_build_without_a_release_says_nothing_of_one(tmp_path):
    result = result_of_many()
    assert release_of(result.zone, Options()) is None
    files = write_data(result, tmp_path, Options())
    now = pd.Timestamp("2026-01-01", tz="UTC").to_pydatetime()
    record = write_run(result, tmp_path, Options(), edition="full", outputs=files, started=now)
    assert "since" not in json.loads(record.read_text("utf-8"))
    assert "自上次发布以来" not in openpyxl.load_workbook(tmp_path / "bth.xlsx").sheetnames


def test_the_page_carries_what_differs(result):
    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")

    def data(html):
        return json.loads(re.search(r'id="geozone-data">(.*?)</script>', html, re.DOTALL).group(1))

    assert data(render_page(result_of_many()))["since"] is None
    page = data(render_page(result))
    since, strings = page["since"], page["strings"]
    assert [group["part"] for group in since["groups"]] == ["data", "rates", "verdicts"]
    lines = [strings[line] for group in since["groups"] for line in group["lines"]]
    assert any("：湾3，图形 " in zh for zh, _ in lines)
    assert any("98.7%" in en for _, en in lines)
    assert not since["cut"]


def test_a_release_of_another_edition_is_refused(release, tmp_path):
    with pytest.raises(UsageError, match="edition"):
        compared(public_edition(result_of_many()), release, Options())
    write_geopackage(public_edition(result_of_many()), tmp_path / "bth.gpkg", lang="zh")
    with pytest.raises(UsageError, match="edition"):
        compared(result_of_many(), tmp_path / "bth.gpkg", Options())
    public = compared(public_edition(edited()), tmp_path / "bth.gpkg", Options())
    assert "redline" not in {one.table for one in public.since.differences}


def test_a_release_without_the_zone_is_told_and_a_missing_one_refused(release, tmp_path):
    told = []
    assert release_of(get_zone("yrd"), Options(since=release.parent, notice=told.append)) is None
    assert [line.zh for line in told] == [
        text("diff.since_absent", path=release.parent.name, zone=get_zone("yrd").title).zh
    ]
    assert release_of(get_zone("bth"), Options(since=release.parent)) == release
    with pytest.raises(UsageError) as error:  # before the long work
        release_of(get_zone("bth"), Options(since=release), "public")
    assert error.value.message.key == "diff.since_edition"
    with pytest.raises(InputError):
        release_of(get_zone("bth"), Options(since=tmp_path / "none"))
