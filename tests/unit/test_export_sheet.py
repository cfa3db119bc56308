import itertools
import math
from dataclasses import replace

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pyproj
import pytest
import shapely
from matplotlib import font_manager, image
from matplotlib.colors import to_rgb
from samples import sample_result

from geozone.errors import UsageError
from geozone.export import fonts, sheet_frame
from geozone.export.sheet import SIZES, draw_sheet, write_sheet
from geozone.export.sheet_frame import frame_of
from geozone.export.sheet_page import Page, em, wrapped
from geozone.export.sheet_panel import theme
from geozone.messages import Text
from geozone.model import CRS, Layer, Level, Verdict
from geozone.symbology import RATE_COLOURS, breaks, rate_classes

pytestmark = pytest.mark.usefixtures("with_font")


@pytest.fixture(scope="module")
def words(with_font):
    """Every text on the sheet."""
    figure = draw_sheet(theme(sample_result(), "zh"), Page(*SIZES["A4"]))
    return [item.get_text() for axes in figure.axes for item in axes.texts]


def test_a_png_has_the_size_of_the_paper_and_the_colours_of_the_classes(tmp_path):
    write_sheet(sample_result(), tmp_path / "bth.png", dpi=100)
    pixels = image.imread(tmp_path / "bth.png")[..., :3]
    height, width = pixels.shape[:2]
    assert (width, height) == tuple(int(side / 25.4 * 100) for side in SIZES["A4"])
    seen = {tuple(pixel) for pixel in np.round(pixels.reshape(-1, 3) * 255).astype(int).tolist()}
    for colour in RATE_COLOURS:
        assert tuple(round(part * 255) for part in to_rgb(colour)) in seen


def test_a_pdf_has_the_size_of_the_paper_and_the_same_bytes_again(tmp_path):
    for name in ("one.pdf", "two.pdf"):
        write_sheet(sample_result(), tmp_path / name, paper="A3")
    content = (tmp_path / "one.pdf").read_bytes()
    assert content == (tmp_path / "two.pdf").read_bytes()
    width, height = (side / 25.4 * 72 for side in SIZES["A3"])
    box = content.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(part) for part in box] == pytest.approx([0, 0, width, height], abs=0.5)
    assert b"CreationDate" not in content


def test_the_sheet_has_all_that_a_map_must_tell(words):
    page = "\n".join(words)
    for expected in (
        "样区",
        "未经审图",
        "图例",
        "1 : 1,200,000",
        "北",
        "50 km",
        "未达到",
        "50.0%～100%",
        "CGCS2000",
        "样本",
        "数据时点：2025",
    ):
        assert expected in page, expected


def test_a_reviewed_map_shows_its_number():
    result = sample_result()
    result.review_number = "GS(2026)1234号"
    figure = draw_sheet(theme(result, "zh"), Page(*SIZES["A4"]))
    page = "\n".join(item.get_text() for axes in figure.axes for item in axes.texts)
    assert "GS(2026)1234号" in page
    assert "未经审图" not in page


def test_the_english_sheet_has_no_chinese_but_titles_of_data():
    figure = draw_sheet(theme(sample_result(), "en"), Page(*SIZES["A4"]))
    page = "\n".join(item.get_text() for axes in figure.axes for item in axes.texts)
    for expected in ("Sample zone", "not reviewed", "Legend", "not met", "Jia"):
        assert expected in page


def test_the_scale_is_round_and_the_area_fits():
    bounds = (113.5, 36.0, 119.9, 42.7)
    frame = frame_of(bounds, 180, 150)
    mantissa = frame.denominator / 10 ** math.floor(math.log10(frame.denominator))
    assert round(mantissa, 6) in sheet_frame._ROUND
    edge = shapely.get_coordinates(shapely.segmentize(shapely.box(*bounds), 0.05))
    x, y = pyproj.Transformer.from_crs(CRS, frame.crs, always_xy=True).transform(*edge.T)
    assert frame.west < min(x) < max(x) < frame.east
    assert frame.south < min(y) < max(y) < frame.north
    assert (frame.east - frame.west) / (frame.width_mm / 1000) == pytest.approx(frame.denominator)


def test_the_printed_scale_is_the_true_scale():
    """Along the middle parallel, against the geodesic of pyproj: within 0.3 % over a zone of six degrees."""
    frame = frame_of((113.5, 36.0, 119.9, 42.7), 180, 150)
    to_degrees = pyproj.Transformer.from_crs(frame.crs, CRS, always_xy=True)
    middle = (frame.south + frame.north) / 2
    ends = [to_degrees.transform(x, middle) for x in (-50_000, 50_000)]
    geodesic = pyproj.CRS(CRS).get_geod().inv(*ends[0], *ends[1])[2]
    assert geodesic == pytest.approx(100_000, rel=3e-3)


def test_classes_cover_every_value_once():
    values = [0, 0.013, 0.2, 0.31, 0.5, 0.72, 0.99]
    classes = rate_classes(breaks(values, 100))
    for value in values:
        homes = [
            item
            for item in classes
            if (item.lower < value <= item.upper) or value == item.upper == item.lower
        ]
        assert len(homes) == 1, value


def test_lines_are_broken_within_the_width():
    lines = wrapped("数据来源：全球海岸线 GSHHG 2.3.7，" * 8, 60, 5)
    assert not any(line.startswith(("，", "：")) for line in lines)
    assert "".join(lines).replace(" ", "") == ("数据来源：全球海岸线GSHHG2.3.7，" * 8)
    assert all(
        sum(1.0 if ord(letter) > 0x2E7F else 0.54 for letter in line) <= 60 / (5 * 0.3528) + 1
        for line in lines
    )


def test_a_system_without_a_chinese_font_is_told(monkeypatch):
    fonts.chinese_font.cache_clear()
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    with pytest.raises(UsageError) as caught:
        fonts.chinese_font()
    assert caught.value.message.key == "export.no_font"
    fonts.chinese_font.cache_clear()


def crowded_result():
    """Return a result with long titles, long notes and a backdrop."""
    result = sample_result()
    long = (
        "名录所列数值与公布值相差超过四分之一，不可能成立；查对原文与批复，如系印刷错误，登记本意及来源。" * 3
    )
    result.rates = [
        replace(item, verdict=Verdict.NOT_COMPUTABLE, note=Text(f"{number} {long}", f"{number} {long}"))
        if item.level is Level.ZONE
        else item
        for number, item in enumerate(result.rates)
    ]
    for name, one in list(result.indicators.items()):
        longer = Text(
            one.title.zh + "（按推算图层，非法定）", one.title.en + " (by the derived layer, not statutory)"
        )
        result.indicators = {**result.indicators, name: replace(one, title=longer)}
    return result


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("paper", SIZES)
def test_no_words_of_a_sheet_lie_over_others_or_off_the_paper(lang, paper):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    width, height = SIZES[paper]
    with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
        page = Page(width, height, width / SIZES["A4"][0])
        figure = draw_sheet(theme(crowded_result(), lang), page)
        figure.dpi = 200
        renderer = FigureCanvasAgg(figure).get_renderer()
        texts = [item for item in page.axes.texts if item.get_text().strip()]
        boxes = {item: item.get_window_extent(renderer) for item in texts}
    assert len(boxes) > 40
    assert any("不可能成立" in item.get_text() for item in texts)
    for item, box in boxes.items():
        assert box.x0 >= 0, item.get_text()
        assert box.y0 >= 0, item.get_text()
        assert box.x1 <= figure.bbox.x1, item.get_text()
    for one, other in itertools.combinations(texts, 2):
        across = min(boxes[one].x1, boxes[other].x1) - max(boxes[one].x0, boxes[other].x0)
        up = min(boxes[one].y1, boxes[other].y1) - max(boxes[one].y0, boxes[other].y0)
        lower = min(boxes[one].height, boxes[other].height)
        assert across <= 2 or up <= lower * 0.3, (one.get_text(), other.get_text())


def test_letters_of_a_sheet_can_be_read():
    page = Page(*SIZES["A4"])
    figure = draw_sheet(theme(crowded_result(), "zh"), page)
    assert min(item.get_fontsize() for axes in figure.axes for item in axes.texts) >= 4.2


def test_names_on_a_sheet_stand_clear_of_each_other_and_of_the_scale():
    result = sample_result()
    seats = [{"code": code, "rank": 2} for code in result.units.loc[result.units["level"] == "city", "code"]]
    places = result.units.loc[result.units["level"] == "city"].representative_point()
    result.backdrop = {"seats": Layer("seats", gpd.GeoDataFrame(seats, geometry=list(places), crs=CRS))}
    page = Page(*SIZES["A4"])
    figure = draw_sheet(theme(result, "zh"), page)
    written = [item.get_text() for axes in figure.axes[1:] for item in axes.texts]
    for name in result.units.loc[result.units["level"] == "city", "name"]:
        assert name in written


def test_words_are_as_wide_as_they_are_measured():
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    page = Page(*SIZES["A4"])
    with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
        for words in (
            "生态保护红线面积 ≥ 42,300 km²（2035）",
            "Ecological protection red line",
            "1 : 4,000,000",
        ):
            page.say(10, 100, words, 10)
        page.figure.dpi = 300
        renderer = FigureCanvasAgg(page.figure).get_renderer()
        for item in page.axes.texts:
            measured = em(item.get_text()) * 10 / 72 * 300
            assert item.get_window_extent(renderer).width == pytest.approx(measured, rel=0.03)
