"""An atlas: an index, bookmarks and a sheet for each unit in one PDF, with bars as long as the values say."""

import itertools
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from pypdf import PdfReader
from samples import sample_result

from geozone.cli import cli
from geozone.errors import UsageError
from geozone.export import fonts
from geozone.export.atlas import draw_unit, groups_of, write_atlas
from geozone.export.atlas_cutting import Cutting
from geozone.export.atlas_index import Line, draw_index, pages_of
from geozone.export.atlas_panel import BAR, rates_of
from geozone.export.sheet import SIZES
from geozone.export.sheet_page import ACCENT, Page
from geozone.export.sheet_panel import theme
from geozone.messages import Text
from geozone.model import Level
from geozone.rates.digits import is_share
from geozone.rates.wording import value_text

pytestmark = pytest.mark.usefixtures("with_font")


@pytest.fixture(scope="module")
def atlas(tmp_path_factory, with_font):
    path = tmp_path_factory.mktemp("atlas") / "atlas.pdf"
    write_atlas(sample_result(), path, Level.COUNTY)
    return path


def counties():
    return [member for group in groups_of(sample_result(), Level.COUNTY) for member in group.members]


def page_texts(path):
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (package poppler-utils) is not installed")
    # in the order of the file: poppler guesses the size of a font without an "m", and puts its digits on lines of their own
    done = subprocess.run(["pdftotext", "-raw", str(path), "-"], capture_output=True, check=True)
    return [re.sub(r"\s", "", page) for page in done.stdout.decode("utf-8").split("\f")[:-1]]


def test_every_county_has_a_sheet_with_its_name_its_rates_and_its_items(atlas):
    result, pages = sample_result(), page_texts(atlas)
    members = counties()
    assert len(pages) == 1 + len(members)
    about = theme(result, "zh")
    for member, page in zip(members, pages[1:], strict=True):
        assert member.title.zh in page
        for rate in rates_of(about, member.code):
            assert re.sub(r"\s", "", value_text(rate).zh) in page, (member.title.zh, rate.indicator)
    for register in result.registers.values():
        for item in register.items.itertuples():
            where = [
                page
                for member, page in zip(members, pages[1:], strict=True)
                if member.code == item.county_code
            ]
            assert all(item.name in page for page in where), item.name  # fmt: skip


def test_no_letter_of_an_atlas_is_missing(atlas):
    for page in page_texts(atlas):
        assert not set(page) & {"\ufffd", "\u25a1", "\x00"}
    fonts_used = [
        font["/BaseFont"]
        for page in PdfReader(atlas).pages
        for font in page["/Resources"]["/Font"].values()
    ]  # fmt: skip
    family = fonts.chinese_font().replace(" ", "").removesuffix("SC")
    assert {str(name).partition("+")[2].partition("-")[0].removesuffix("sc") for name in fonts_used} == {
        family
    }


def test_bookmarks_and_the_index_lead_to_the_sheets(atlas):
    reader, members = PdfReader(atlas), counties()
    titles = {member.title.zh: number for number, member in enumerate(members, start=1)}
    index, *uppers = reader.outline
    assert (index.title, reader.get_destination_page_number(index)) == ("索引", 0)
    found = {
        mark.title: reader.get_destination_page_number(mark)
        for group in uppers
        if isinstance(group, list)
        for mark in group
    }
    assert found == titles
    links = [note.get_object() for note in reader.pages[0]["/Annots"]]
    targets = [reader.get_page_number(link["/Dest"][0].get_object()) for link in links]
    assert targets == list(range(1, len(members) + 1))
    assert reader.metadata.title == "样区图集：县级"


def bars(page):
    """Return the bars of a page, each with the track that it lies on."""
    patches = page.axes.patches
    found = [place for place, patch in enumerate(patches) if patch.get_gid() == BAR]
    return [(patches[place], patches[place - 1]) for place in found]


def test_a_bar_is_as_long_as_the_share_that_it_shows():
    about = theme(sample_result(), "zh")
    for member in counties()[:3]:
        page = Page(*SIZES["A4"])
        with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
            draw_unit(page, Cutting(about), member)
        shares = [
            one.value for one in rates_of(about, member.code) if is_share(one) and one.value is not None
        ]
        lengths = [bar.get_width() / track.get_width() for bar, track in bars(page)]
        assert lengths == pytest.approx(shares)
        assert all(bar.get_x() == track.get_x() for bar, track in bars(page))


def test_bars_are_so_long_on_paper_too(tmp_path):
    """Counted in pixels of a drawn page, within one per cent of the whole."""
    result = sample_result()
    about = theme(result, "zh")
    member = next(
        one for one in counties() if any(0.1 < (r.value or 0) < 1 for r in rates_of(about, one.code))
    )
    page = Page(*SIZES["A4"])
    with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
        draw_unit(page, Cutting(about), member)
        page.figure.savefig(tmp_path / "page.png", dpi=300)
    pixels = mpl.image.imread(tmp_path / "page.png")[..., :3]
    scale = 300 / 25.4
    for bar, track in bars(page):
        row = pixels.shape[0] - round((bar.get_y() + bar.get_height() / 2) * scale)
        start, width = round(track.get_x() * scale), track.get_width() * scale
        line = pixels[row, start : start + round(width)]
        drawn = np.isclose(line, to_rgb(ACCENT), atol=0.05).all(axis=1).sum()
        assert drawn / width == pytest.approx(bar.get_width() / track.get_width(), abs=0.01)


def crowded():
    """Return a result whose first county has more rates than a sheet has lines."""
    result = sample_result()
    member = counties()[0]
    (first, *_) = [rate for rate in result.rates if rate.unit_code == member.code]
    more = [replace(first, indicator=f"own_{number}", note=Text("甲" * 90, "a" * 90)) for number in range(60)]
    result.rates = [*result.rates, *more]
    return result, member


@pytest.mark.parametrize("paper", SIZES)
def test_no_words_of_a_crowded_sheet_lie_over_others_and_what_is_left_out_is_counted(paper):
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    result, member = crowded()
    about = theme(result, "zh")
    width, height = SIZES[paper]
    with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
        page = Page(width, height, width / SIZES["A4"][0])
        draw_unit(page, Cutting(about), member)
        page.figure.dpi = 200
        renderer = FigureCanvasAgg(page.figure).get_renderer()
        texts = [item for item in page.axes.texts if item.get_text().strip()]
        boxes = {item: item.get_window_extent(renderer) for item in texts}
    names = Counter(about.named(rate.indicator).zh for rate in rates_of(about, member.code))
    shown = sum((names & Counter(item.get_text() for item in texts)).values())
    (told,) = [words for item in texts if "（指标与目标）" in (words := item.get_text())]
    assert shown > 3
    assert shown + int(re.search(r"\d+", told)[0]) == sum(names.values())
    for one, other in itertools.combinations(texts, 2):
        across = min(boxes[one].x1, boxes[other].x1) - max(boxes[one].x0, boxes[other].x0)
        up = min(boxes[one].y1, boxes[other].y1) - max(boxes[one].y0, boxes[other].y0)
        lower = min(boxes[one].height, boxes[other].height)
        assert across <= 2 or up <= lower * 0.3, (one.get_text(), other.get_text())


def test_an_index_of_many_units_goes_over_several_pages_and_leaves_none_out():
    page = Page(*SIZES["A4"])
    lines = [
        Line(f"上级 {number}") if number % 20 == 0 else Line(f"单位 {number}", f"{number:06d}", number)
        for number in range(900)
    ]
    pages = pages_of(len(lines), page)
    about = theme(sample_result(), "zh")
    with mpl.rc_context({"font.family": [fonts.chinese_font()]}):
        places = [
            sheet
            for number in range(pages)
            for _, sheet in draw_index(Page(*SIZES["A4"]), about, lines, number, pages)
        ]
    assert pages > 1
    assert places == [line.sheet for line in lines if line.code]


def test_an_atlas_of_cities_tells_its_progress_and_is_the_same_to_the_last_byte_again(tmp_path):
    result, told = sample_result(), []
    cities = (result.units["level"] == "city").sum()
    for name in ("one.pdf", "two.pdf"):
        write_atlas(result, tmp_path / name, Level.CITY, lang="en", progress=lambda *done: told.append(done))
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()
    assert len(PdfReader(tmp_path / "one.pdf").pages) == 1 + cities
    assert told == [(number, cities) for number in range(1, cities + 1)] * 2


def test_a_zone_without_such_units_has_no_atlas_and_says_which_it_has(tmp_path):
    result = sample_result()
    result.units = result.units[result.units["level"] != "city"]
    with pytest.raises(UsageError, match="county level"):
        write_atlas(result, tmp_path / "atlas.pdf", Level.CITY)
    assert list(tmp_path.iterdir()) == []


def test_an_atlas_is_a_pdf(tmp_path):
    with pytest.raises(UsageError) as caught:
        cli.main(["export", "bth", "--format", "png", "--atlas", "county"], standalone_mode=False)
    assert caught.value.message.key == "export.no_option"


def test_a_unit_is_cut_out_with_all_that_lies_around_it():
    about = theme(sample_result(), "zh")
    cutting = Cutting(about)
    member = counties()[0]
    page = Page(*SIZES["A4"])
    local = cutting.around(cutting.focus(member.code).frame(page, (180.0, 140.0)))
    assert member.code in set(local.result.units["code"])
    assert len(local.result.units) <= len(about.result.units)
    assert local.result.units.geometry.is_valid.all()
