"""What a notebook shows of a project, its map and its rates, and what it offers for completion."""

import html
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import ClassVar

import geopandas as gpd
import matplotlib as mpl
import pandas as pd
import pytest
import shapely
from samples import result_of_many, sample_result

import geozone
from geozone import notebook
from geozone.errors import UsageError
from geozone.maps import assets
from geozone.messages import Text
from geozone.notebook import Map, Steps, in_frame, shown
from geozone.opened import OpenProject
from geozone.plot import _colour, plot_rates
from geozone.project import embedded_project
from geozone.run.options import OUTPUT_STEPS, STEPS
from geozone.symbology import RateClass


@pytest.fixture
def opened():
    """Return a project whose run is done: that of the sample."""
    project = OpenProject(embedded_project("bth"))
    result = result_of_many()
    project._rated = SimpleNamespace(result=result, whole=lambda: result)
    return project


def test_a_map_is_its_text_and_shows_itself_in_a_frame():
    page = Map('<!DOCTYPE html>\n<p title="&amp;">"湾" & <b>bay</b></p>')
    assert isinstance(page, str)
    frame = page._repr_html_()
    (inside,) = re.findall(r'srcdoc="([^"]*)"', frame)
    assert html.unescape(inside) == str(page)
    assert 'height="640"' in frame
    assert "200" in in_frame("", 200)


def test_a_project_shows_itself_before_and_after_its_run(opened):
    fresh = OpenProject(embedded_project("bth"))
    assert "尚未计算" in fresh._repr_html_()
    assert fresh._rated is None  # nobody who looks at a project waits for its run
    assert repr(fresh) == "OpenProject('bth', not computed yet)"
    told = opened._repr_html_()
    assert "尚未计算" not in told
    assert "<td>≥ 55%（2027）</td>" in told
    assert repr(opened) == "OpenProject('bth', computed)"
    hostile = replace(opened.project, title=Text("<script>x</script>", "x"))
    assert "<script>" not in OpenProject(hostile)._repr_html_()


def test_units_layers_and_registers_are_tables(opened):
    assert isinstance(opened.units, gpd.GeoDataFrame)
    assert {"code", "name", "level", "geometry"} <= set(opened.units.columns)
    assert isinstance(opened.layers["bays"], gpd.GeoDataFrame)
    assert list(opened.layers) == list(opened.result.layers)
    assert len(opened.registers["bay"]) == 8
    assert isinstance(opened.rates(), pd.DataFrame)
    with pytest.raises(TypeError):
        opened.layers["bays"] = None


def test_the_page_of_a_project_and_of_a_table_is_a_map(opened):
    if not (assets.FOLDER / "page.js").exists():
        pytest.skip("the page's scripts are not built: make setup")
    assert isinstance(opened.map(), Map)
    units = gpd.GeoDataFrame(
        {"code": ["a"], "name": ["甲"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490
    )
    page = geozone.page(pd.DataFrame({"code": ["a"], "x": [1.0]}), units, title="T", source="S")
    assert page._repr_html_().startswith("<iframe")


@pytest.mark.usefixtures("with_font")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rates_are_drawn_in_the_classes_of_the_page_with_what_has_no_value(lang):
    mpl.use("Agg")
    result = sample_result()
    axes = plot_rates(result, "redline_coverage", level="county", lang=lang)
    (drawn,) = axes.collections
    counties = result.units[result.units["level"] == "county"]
    assert len(drawn.get_paths()) == len(counties)
    legend = axes.get_legend()
    labels = [one.get_text() for one in legend.get_texts()]
    assert any("50%" in label for label in labels)
    assert ("未经审图" if lang == "zh" else "not reviewed") in axes.get_title()
    assert "（" in legend.get_title().get_text() or "(" in legend.get_title().get_text()  # where it stands
    colours = {tuple(colour) for colour in drawn.get_facecolors()}
    assert colours == {one.get_facecolor() for one in legend.get_patches()}
    mpl.pyplot.close("all")


def test_what_cannot_be_drawn_is_refused_with_what_can():
    result = sample_result()
    with pytest.raises(UsageError, match="redline_coverage"):
        plot_rates(result, "redline_coverag")
    with pytest.raises(UsageError, match="county"):
        plot_rates(result, "redline_coverage", level="village")


class Bar:
    """What is asked of a bar."""

    made: ClassVar = []

    def __init__(self, total=None, **_):
        self.n, self.total, self.words, self.closed = 0, total, [], False
        Bar.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.closed = True

    def set_description(self, words):
        self.words.append(words)

    def update(self):
        self.n += 1

    def reset(self, total):
        self.total = total

    def refresh(self):
        self.words.append((self.n, self.total))

    def close(self):
        self.closed = True


@pytest.fixture
def bars(monkeypatch):
    Bar.made = []
    monkeypatch.setattr(notebook, "tqdm", Bar)
    return Bar.made


def test_the_steps_of_a_run_are_a_bar_that_closes_after_the_last(bars):
    told = Steps("zh")
    for number, name in enumerate(STEPS):
        told(Text(f"第{number}步", name))
    (bar,) = bars
    assert (bar.n, bar.total, bar.closed) == (len(STEPS), len(STEPS), True)
    assert bar.words[0] == "第0步"
    told(Text("再来", "again"))
    assert len(bars) == 2


def test_a_build_is_one_bar_of_all_its_steps(bars, tmp_path, monkeypatch):
    every = STEPS + OUTPUT_STEPS

    def build(_projects, _out, options):
        for name in every:
            options.progress(Text(name, name))

    monkeypatch.setattr("geozone.opened.build", build)
    geozone.open_project("bth", progress=True).build(tmp_path)
    (bar,) = bars
    assert (bar.n, bar.total, bar.closed) == (len(every), len(every), True)


def test_a_number_on_a_bound_is_of_the_class_below_it():
    classes = [
        RateClass(lower, upper, colour, Text("", ""))
        for lower, upper, colour in ((-40, -25, "a"), (-25, -15, "b"), (-15, 30, "c"))
    ]
    assert [_colour(value, classes) for value in (-25.0, -15.0, 30.0, 30.1)] == ["a", "b", "c", "c"]


def test_progress_may_be_a_bar_a_function_or_nothing(bars):
    units = gpd.GeoDataFrame({"id": ["z"]}, geometry=[shapely.box(116, 39, 117, 40)], crs=4490)
    layer = gpd.GeoDataFrame(geometry=[shapely.box(116, 39, 116.5, 40)], crs=4490)
    table = geozone.coverage(layer, units, by="id", progress=True)
    (bar,) = bars
    assert bar.closed
    assert bar.words
    assert table.share["z"] == pytest.approx(0.5)
    done = []
    geozone.coverage(layer, units, by="id", progress=lambda *one: done.append(one))
    assert done
    with shown(False) as follow:
        assert follow is None
    assert len(bars) == 1


def test_everything_public_is_offered_for_completion():
    promised = {
        "coverage", "mosaic", "change", "area_km2", "length_km", "zonal_shares", "zonal_means", "barrier", "read_layer",
        "check", "repair", "open_project", "page", "Map", "OpenProject",
    }  # fmt: skip
    assert promised == set(geozone.__all__)
    assert promised <= set(dir(geozone))
    offered = {name for name in dir(geozone.OpenProject) if not name.startswith("_")}
    assert {"rates", "map", "plot", "units", "layers", "registers", "build", "export", "result"} <= offered
