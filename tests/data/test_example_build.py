"""The synthetic example, built: every demand has the value that the generator knows."""

import json
import shutil

import pytest
from samples import THOROUGH

from geozone.drafting import draft_project, draft_text
from geozone.example import ZONES, truth
from geozone.explain import explain, lines_of
from geozone.model import Comparator, Kind
from geozone.project import load_project
from geozone.rates.wording import tells_something, value_text
from geozone.run.compute import compute
from geozone.run.options import Options
from geozone.run.output import write_zone
from geozone.seeds import zone_targets
from geozone.verify.rates import READERS, differences, read_rate_table


def compare(rates, truths):
    """Return what differs between rates and the truth: a sentence each, none where all is as it should be.

    Parameters
    ----------
    rates
        Rows of the table of rates (`geozone.model.Rate`).
    truths
        What is true (`geozone.example.Truth`).
    """
    wrong = []
    found = {}
    for row in rates:
        found.setdefault((row.indicator, row.unit_code), []).append(row)
    for known in truths:
        rows = [
            row
            for row in found.get((known.indicator, known.unit_code), ())
            if (row.kind is Kind.REPORTED) == known.reported
            and (known.target_id is None or (row.target_id or "").partition(":reading")[0] == known.target_id)
        ]
        label = f"{known.target_id or '-'} {known.indicator} {known.unit_code}"
        if not rows:
            wrong.append(f"{label}: no row")
        for row in rows:
            if not same(row.low, known.low, known.tolerance) or not same(
                row.high, known.high, known.tolerance
            ):
                wrong.append(f"{label}: {row.low} to {row.high}, should be {known.low} to {known.high}")
            elif (row.value is None) != (known.value is None):
                wrong.append(f"{label}: {row.value}, should be {known.value}")
    return wrong


def same(value, known, tolerance):
    return value is not None and abs(value - known) <= tolerance * max(abs(known), 1e-9) + 1e-12


@pytest.fixture(scope="module", params=ZONES if THOROUGH else ["hebei"])
def example(request, example_of, tmp_path_factory):
    """Return the truth of an example, what was computed of it, and the folder of its files."""
    folder = tmp_path_factory.mktemp(request.param)
    shutil.copytree(example_of(request.param), folder / "given")
    result = compute(load_project(folder / "given" / "project.toml"))
    write_zone(result, folder, Options())
    return truth(request.param), result, folder


def test_every_demand_has_the_value_that_the_generator_knows(example):
    true, result, _ = example
    assert len(true) > 50
    assert compare(result.rates, true) == []


@pytest.mark.skipif(
    not THOROUGH, reason="computes the example again; that the inputs are the same is always tested"
)
def test_a_drafted_project_file_gives_the_same_rates(example):
    """A draft knows no indicator of one's own, and no date that stands in the project file alone."""
    _, result, folder = example
    given = folder / "given"
    path = folder / "given" / "drafted.toml"
    path.write_text(draft_text(draft_project(given), given, "zh"), "utf-8")
    drafted = compute(load_project(path))

    def same_in_both(rate):
        return (rate.unit_code, rate.indicator, rate.kind, rate.numerator, rate.denominator, rate.value, rate.low, rate.high,
                rate.basis, rate.target_id, rate.verdict, rate.gap)  # fmt: skip

    own = set(load_project(given / "project.toml").indicators)
    assert list(map(same_in_both, drafted.rates)) == [
        same_in_both(rate) for rate in result.rates if rate.indicator not in own
    ]


def test_what_has_no_value_is_told_with_its_reason(example):
    """Every demand with a figure to reach has a value, or a band that leaves something out: four at most have none."""
    _, result, _ = example
    answered = {
        (rate.target_id or "").partition(":reading")[0] for rate in result.rates if tells_something(rate)
    }
    left = [
        one
        for one in zone_targets(result.zone.key)
        if one.comparator is not Comparator.QUALITATIVE and one.id not in answered
    ]
    assert len(left) <= 4, [one.id for one in left]
    for demand in left:
        assert all(rate.note.zh and rate.note.en for rate in result.rates if rate.target_id == demand.id)


def test_all_files_say_the_same_of_every_rate(example):
    _, result, folder = example
    tables = [read_rate_table(folder / f"{result.zone.key}{ending}", "zh") for ending in READERS]
    assert len(tables[0].rows) == len(result.rates)
    for table in tables[1:]:
        assert [told.get("en") for told in differences(tables[0], table)] == []


def test_explain_says_every_value_in_the_words_of_the_tables(example):
    true, result, _ = example
    known = {(one.indicator, one.unit_code) for one in true}
    told = {pair: "\n".join(lines_of(explain(result, *pair), "zh")) for pair in sorted(known)}
    for rate in result.rates:
        if words := told.get((rate.indicator, rate.unit_code)):
            assert value_text(rate).zh in words
            assert rate.method.zh in words


def test_what_is_made_up_says_so_wherever_it_shows(example):
    _, result, folder = example
    assert "示例数据" in (folder / f"{result.zone.key}.html").read_text("utf-8")
    names = json.loads((folder / f"{result.zone.key}_rates.json").read_text("utf-8"))
    assert "synthetic" in {rate["basis"] for rate in names["rates"]}
