"""Where data comes from: producer, title, dates, licence and citation, apart from what was done to it here."""

import json

import pytest
import samples

from geozone.catalog import load_catalog
from geozone.figures.embedded import all_figures, origin_of
from geozone.manifest.origins import as_record, citation_of, in_words, licence_of, source_of
from geozone.maps.plain import Strings
from geozone.maps.sources import source_entries
from geozone.messages import NO_TEXT, Text
from geozone.model import Origin
from geozone.project import load_project
from geozone.registers import embedded_registers
from geozone.run.layers import described

GIVEN = Origin(
    Text("生态保护红线", "red line"), Text("某厅", "a department"), "2023-12", "2024-05-01", Text("内部", "internal"),
    Text("某厅 2023", "Department 2023"),
)  # fmt: skip


def test_an_origin_in_words_names_producer_title_and_date():
    assert in_words(GIVEN) == Text("某厅：生态保护红线（2023-12）", "a department: red line (2023-12)")
    assert in_words(Origin(GIVEN.title)) == GIVEN.title
    assert citation_of(GIVEN) == GIVEN.citation
    assert citation_of(Origin(GIVEN.title)) == GIVEN.title


def test_what_was_done_stands_behind_what_the_producer_says():
    done = Text("已去重", "made net")
    assert source_of([GIVEN, Origin(Text("甲", "A"))], done).zh == "某厅：生态保护红线（2023-12）；甲；已去重"
    assert source_of([GIVEN]).en == "a department: red line (2023-12)"
    assert licence_of([GIVEN, GIVEN, Origin(GIVEN.title)]).en == "internal"


@pytest.mark.parametrize("name", load_catalog())
def test_every_embedded_layer_says_where_each_part_comes_from(name):
    spec = load_catalog()[name]
    assert spec.origins
    for origin in spec.origins:
        assert origin.title.zh
        assert origin.title.en
        assert origin.licence.en
        assert origin.taken[:4] == "2026"
        assert in_words(origin).zh in spec.source.zh
        assert origin.licence.en in spec.licence
    derived = spec.basis.value == "derived"
    assert not derived or spec.processing.zh


def test_embedded_registers_and_figures_have_one_too():
    assert all(register.origins for register in embedded_registers("bth").values())
    assert all(origin_of(figure).producer.zh for figure in all_figures())


def test_the_users_origin_reaches_record_and_page(tmp_path):
    samples.sample_layers()["redline"].data.to_file(tmp_path / "areas.gpkg")
    (tmp_path / "bays.csv").write_text("名称,县区,状态\n甲湾,海港区,建成\n", "utf-8")
    given = 'source = "生态保护红线"\nproducer = "某厅"\npublished = "2023-12"\ntaken = "2024-05-01"\nlicence = "内部"\ncitation = "某厅 2023"\n'
    (tmp_path / "project.toml").write_text(
        'zone = "bth"\n[[layer]]\nrole = "redline"\npath = "areas.gpkg"\nbasis = "official"\nvintage = "2023"\n'
        f'processing = "已去重"\n{given}[[register]]\nrole = "bay"\npath = "bays.csv"\nbasis = "official"\nas_of = "2025"\n{given}',
        "utf-8",
    )
    project = load_project(tmp_path / "project.toml")
    spec = project.layers["redline"]
    assert spec.source.zh == "某厅：生态保护红线（2023-12）；已去重"
    assert (spec.licence, spec.processing.zh) == ("内部", "已去重")
    assert project.registers[0].origin.citation.zh == "某厅 2023"
    entry = described(spec, spec.sources[0], "areas", [])
    assert entry["origins"] == [as_record(spec.origins[0])]
    assert entry["origins"][0]["taken"] == "2024-05-01"
    result = samples.sample_result()
    result.layers["redline"].spec = spec
    result.inputs = []
    strings = Strings()
    shown = next(one for one in source_entries(result, strings) if one["id"] == "redline")
    assert shown["taken"] == "2024-05-01"
    assert strings.pairs[shown["citation"]] == ["某厅 2023", "某厅 2023"]
    json.dumps(shown)


def test_a_key_that_is_none_of_an_origin_is_refused(tmp_path):
    (tmp_path / "project.toml").write_text(
        'zone = "bth"\n[[layer]]\nrole = "redline"\npath = "a.gpkg"\nbasis = "official"\nvintage = "1"\nproduser = "x"\n',
        "utf-8",
    )
    with pytest.raises(Exception, match="producer"):
        load_project(tmp_path / "project.toml")
    assert Text("", "") == NO_TEXT
