"""What is missing for the demands of a zone, and the tables that an office fills in for it, with the embedded data."""

import tomllib

import openpyxl
import pytest

from geozone.errors import UsageError
from geozone.lists.indicators import COMPUTED, EVIDENCE, MISSING, REPORTED, indicators_table
from geozone.lists.missing import FIGURE, LAYER, REGISTER, VINTAGE, missing_inputs, missing_table
from geozone.lists.template import PROJECT_FILE, write_templates
from geozone.manifest.indicators import load_indicators
from geozone.opened import OpenProject
from geozone.overlay.units import member_codes
from geozone.project import embedded_project, load_project
from geozone.rates.compute import chosen_indicators
from geozone.registers.files import read_grids
from geozone.registers.headings import find_headings
from geozone.run.compute import compute
from geozone.run.options import Options
from geozone.seeds import zone_targets

ZONE = "hebei"
GROUNDWATER, BLACK_WATER = "groundwater_class_i_iv_share", "black_odorous_waters"


@pytest.fixture(scope="module")
def run(results_kept):
    opened = OpenProject(embedded_project(ZONE), Options(cache=True))
    return opened.project, opened.result


@pytest.fixture(scope="module")
def missing(run):
    project, result = run
    return missing_inputs(result, project)


@pytest.fixture
def templates(run, missing, tmp_path):
    project, result = run
    asked = chosen_indicators(result.indicators, result.targets, project.indicators)
    folder = tmp_path / "to_fill_in"
    write_templates(missing, asked, (ZONE, project.title), folder, "zh")
    return folder


def has_number(rate):
    return rate.value is not None or rate.low is not None


def fill(path, rows):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    for number, row in enumerate(rows, 2):
        for heading, value in row.items():
            sheet.cell(number, headings.index(heading) + 1, value)
    book.save(path)


def blocks(folder):
    """Return the project file with its blocks no longer comments."""
    lines = (folder / PROJECT_FILE).read_text("utf-8").splitlines()
    bare = [line.removeprefix("# ") for line in lines]
    return tomllib.loads("\n".join(line for line in bare if line.startswith("[[") or " = " in line))


def block_of(folder, word):
    """Return the block of the project file that holds a word, without its comment signs, as a table."""
    blocks = (folder / PROJECT_FILE).read_text("utf-8").split("\n\n")
    lines = next(block for block in blocks if word in block and "[[" in block).splitlines()
    start = next(place for place, line in enumerate(lines) if "[[" in line)
    return "\n".join(line.removeprefix("# ") for line in lines[start:])


def test_every_demand_without_a_number_is_listed_and_no_other(run, missing):
    _, result = run
    held = [(rate.target_id.removesuffix(":reading"), rate) for rate in result.rates if rate.target_id]
    without = {(name, rate.unit_code) for name, rate in held if not has_number(rate)}
    with_number = {(name, rate.unit_code) for name, rate in held if has_number(rate)}
    listed = {(one.target.id, one.unit_code) for one in missing if one.alternative}
    assert listed == without - with_number
    assert {one.target.id for one in missing} <= {target.id for target in zone_targets(ZONE)}
    only_base = [one for one in missing if not one.alternative]
    assert all(one.item.what == FIGURE and one.item.year == one.target.base_year for one in only_base)


def test_what_is_listed_says_what_an_office_must_know(missing):
    for one in missing:
        item = one.item
        if item.what in {LAYER, VINTAGE}:
            assert item.role, item
            assert item.kind in {"area", "line", "point", "raster"}, item
        if item.what == REGISTER:
            assert item.role, item
            assert {"name", "status"} <= set(item.fields), item
        if item.what == FIGURE:
            assert item.unit == load_indicators()[item.id].unit
            assert one.unit_name.zh
        if item.what == LAYER and item.kind == "point":
            assert item.fields, item


def test_a_computed_demand_may_be_answered_by_a_figure_instead(missing):
    ways = {one.alternative: one.item for one in missing if one.indicator.id == GROUNDWATER}
    assert (ways[1].what, ways[1].id, ways[1].fields) == (LAYER, "groundwater_station", ("water_class",))
    assert (ways[2].what, ways[2].id, ways[2].unit) == (FIGURE, GROUNDWATER, "%")


def test_a_change_asks_for_the_other_vintage_of_a_layer_that_is_there(missing):
    (found,) = [one.item for one in missing if one.indicator.measure.vintages and one.alternative == 1]
    assert (found.what, found.id) == (VINTAGE, "redline")


def test_the_table_names_ids_and_headings(missing):
    table = missing_table(missing, "zh")
    row = table[(table["indicator"] == GROUNDWATER) & (table["alternative"] == 1)].iloc[0]
    assert (row["fields"], row["headings"]) == ("water_class", "水质类别")
    assert missing_table([], "en").columns.tolist() == table.columns.tolist()


def test_indicators_say_how_they_are_answered(run):
    project, result = run
    table = indicators_table(project, "zh").set_index("indicator")
    asked = {target.indicator for target in result.targets}
    assert asked <= set(table.index)
    numbers = {rate.indicator for rate in result.rates if has_number(rate)}
    for name, row in table.iterrows():
        if row["answer"] == MISSING:
            assert name not in numbers
            assert row["missing"]
        elif row["answer"] in {COMPUTED, REPORTED}:
            # what items are weighed by is seen when the register is opened
            assert name in numbers or "by" in load_indicators()[name].options, name
        else:
            assert row["answer"] == EVIDENCE
    assert len(indicators_table(None, "en")) == len(load_indicators())


def test_the_headings_of_registers_are_those_that_the_reader_knows(missing, templates):
    registers = {one.item.id for one in missing if one.item.what == REGISTER}
    entries = blocks(templates)["register"]
    assert {entry["id"] for entry in entries} == registers
    for entry in entries:
        grid = next(one for one in read_grids(templates / entry["path"]) if one.title == entry["sheet"])
        headings = find_headings(grid, entry.get("fields"))
        assert headings.is_register, entry
        known = {*headings.columns.values(), *headings.statuses}
        assert known == set(range(len(headings.names))), [headings.names, headings.columns]


def test_registers_and_sites_that_were_filled_in_answer_their_demands(run, templates):
    _, result = run
    asked = (GROUNDWATER, BLACK_WATER)
    assert not any(has_number(rate) for rate in result.rates if rate.indicator in asked)
    sites, register = block_of(templates, "groundwater_station"), block_of(templates, "black_odorous_water")
    rows = [
        {"名称": "甲", "县级代码": "130102", "经度": 114.55, "纬度": 38.05, "水质类别": "Ⅲ"},
        {"名称": "乙", "县级代码": "130202", "经度": 118.15, "纬度": 39.6, "水质类别": "劣Ⅴ"},
        {"名称": "丙", "县级代码": "130202", "经度": 118.16, "纬度": 39.6, "水质类别": "Ⅳ"},
    ]
    fill(templates / tomllib.loads(sites)["layer"][0]["path"], rows)
    place = {"省": "河北省", "市": "石家庄市", "县": "长安区", "县级代码": "130102"}
    rows = [
        {"名称": name, **place, "状态": word}
        for name, word in zip("甲乙丙", ["建成", "在建", "计划"], strict=True)
    ]
    fill(templates / tomllib.loads(register)["register"][0]["path"], rows)
    project = templates / "own.toml"
    stated = f"{sites}\n\n{register}\n"
    stated = stated.replace('vintage = ""', 'vintage = "2025-12"').replace(
        'as_of = ""', 'as_of = "2025-12-31"'
    )
    project.write_text(f'zone = "{ZONE}"\n\n{stated}', "utf-8")
    found = {
        rate.indicator: rate
        for rate in compute(load_project(project), Options(cache=True)).rates
        if rate.target_id
    }
    assert found[GROUNDWATER].value == pytest.approx(2 / 3)
    assert found[BLACK_WATER].value == 2  # left: not built yet
    assert {found[name].unit_code for name in asked} == {ZONE}


def test_figures_that_were_filled_in_answer_every_demand_for_a_number(templates):
    entry = tomllib.loads(block_of(templates, "[[figures]]"))["figures"][0]
    book = openpyxl.load_workbook(templates / entry["path"], read_only=True)
    headings, *asked = book.worksheets[0].iter_rows(values_only=True)
    assert asked
    at = {heading: place for place, heading in enumerate(headings)}
    fill(
        templates / entry["path"],
        [
            {
                "数值": 3 if row[at["计量单位"]] == "类" else 12.5,
                "年份": row[at["年份"]] or 2025,
                "来源": "公报",
            }
            for row in asked
        ],
    )
    project = load_project(templates / PROJECT_FILE)
    result = compute(project, Options(cache=True))
    left = [one for one in missing_inputs(result, project) if one.indicator.measure.kind is not None]
    # a region of several units has no code that a table of figures could give
    assert [one.target.id for one in left if len(member_codes(one.unit_code)) == 1] == []


def test_an_empty_template_counts_for_nothing(templates):
    written = tomllib.loads((templates / PROJECT_FILE).read_text("utf-8"))
    assert set(written) == {"zone", "figures"}  # an empty layer or register is none: its block is a comment
    entries = blocks(templates)
    assert {entry["role"] for entry in entries["layer"]} >= {"station", "redline", "landcover"}
    for entry in [*entries["register"], *entries["figures"]]:
        assert (templates / entry["path"]).is_file()


def test_what_was_filled_in_is_never_written_over(run, missing, templates):
    project, _ = run
    before = {path.name: path.read_bytes() for path in templates.iterdir()}
    with pytest.raises(UsageError):
        write_templates(missing, [], (ZONE, project.title), templates, "zh")
    assert {path.name: path.read_bytes() for path in templates.iterdir()} == before


def test_templates_are_the_same_bytes_every_time_and_speak_english_too(run, missing, templates, tmp_path):
    project, result = run
    asked = chosen_indicators(result.indicators, result.targets, project.indicators)
    again, english = tmp_path / "again", tmp_path / "english"
    write_templates(missing, asked, (ZONE, project.title), again, "zh")
    assert {path.name: path.read_bytes() for path in again.iterdir()} == {
        path.name: path.read_bytes() for path in templates.iterdir()
    }
    write_templates(missing, asked, (ZONE, project.title), english, "en")
    for entry in blocks(english)["register"]:
        grid = next(one for one in read_grids(english / entry["path"]) if one.title == entry["sheet"])
        headings = find_headings(grid, entry.get("fields"))
        assert headings.is_register
        assert {*headings.columns.values(), *headings.statuses} == set(range(len(headings.names)))
