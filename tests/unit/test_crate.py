"""The run record by its schema, and the RO-Crate over a folder of builds."""

import copy
import json
import shutil

import pytest
from jsonschema import Draft202012Validator
from recorded import SCHEMA, faults
from test_verify import failures, pytestmark, replaced, whole  # noqa: F401 - the same build, under the same mark

from geozone.export.crate import CRATE
from geozone.files import digest
from geozone.run.crate import write_folder_crate
from geozone.verify.crate import crate_checks


@pytest.fixture
def folder(whole, tmp_path):  # noqa: F811 - a fixture
    return shutil.copytree(whole, tmp_path / "built")


@pytest.fixture
def record(folder):
    return json.loads((folder / "bth_run.json").read_text("utf-8"))


def crate_of(folder):
    document = json.loads((folder / CRATE).read_text("utf-8"))
    return {entity["@id"]: entity for entity in document["@graph"]}


def test_the_schema_is_one_and_says_no_more_than_is_written(record):
    Draft202012Validator.check_schema(SCHEMA)
    written = [*record]
    assert [name for name in SCHEMA["properties"] if name != "since"] == written


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda record: record.pop("inputs"), "'inputs' is a required property"),
        (lambda record: record.update(extra=1), "'extra' was unexpected"),
        (lambda record: record.update(format="geozone-run-2"), "format: 'geozone-run-1' was expected"),
        (lambda record: record.update(started="today"), "started"),
        (lambda record: record["outputs"][0].update(sha256="0"), "outputs.0.sha256"),
        (lambda record: record["inputs"][0].update(sha256="F" * 64), "inputs.0.sha256"),
        (lambda record: record["inputs"][0].update(basis="certain"), "inputs.0.basis"),
        (lambda record: record["title"].pop("en"), "title: 'en' is a required property"),
        (lambda record: record["parameters"].update(edition="other"), "parameters.edition"),
        (lambda record: record["findings"][0].update(place=[1]), "findings.0.place"),
        (lambda record: record["registers"][0].update(items=-1), "registers.0.items"),
    ],
)
def test_a_record_that_is_none_is_refused(record, change, told):
    assert faults(record) == []
    other = copy.deepcopy(record)
    change(other)
    assert any(told in fault for fault in faults(other)), faults(other)


def test_a_crate_names_every_file_of_the_folder_with_its_digest(folder):
    """By RO-Crate 1.1: a descriptor, a root with what it must have, and every data entity in its parts."""
    entities = crate_of(folder)
    assert entities[CRATE]["about"] == {"@id": "./"}
    assert entities[CRATE]["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    root = entities["./"]
    assert root["@type"] == "Dataset"
    assert all(root[name] for name in ("name", "description", "datePublished", "license"))
    files = {path.name for path in folder.iterdir()} - {CRATE}
    assert {one["@id"] for one in root["hasPart"]} == files
    for name in files:
        assert entities[name]["@type"] == "File"
        if name.endswith("_run.json"):
            assert "sha256" not in entities[name]
        else:
            assert entities[name]["sha256"] == digest(folder / name)
            assert (
                int(entities[name].get("contentSize", (folder / name).stat().st_size))
                == (folder / name).stat().st_size
            )


def test_a_crate_says_what_was_made_from_what_by_what(folder):
    entities = crate_of(folder)
    [mentioned] = entities["./"]["mentions"]
    action = entities[mentioned["@id"]]
    assert action["@type"] == "CreateAction"
    assert entities[action["instrument"]["@id"]]["@type"] == "SoftwareApplication"
    assert {one["@id"] for one in action["result"]} == {path.name for path in folder.iterdir()} - {
        CRATE,
        "index.html",
    }
    kinds = {entities[one["@id"]]["@type"] for one in action["object"]}
    assert kinds == {"CreativeWork", "PropertyValue"}
    assert entities[f"#input-{'0' * 64}"]["name"] == "redline.gpkg"
    everything = json.dumps(entities)
    for reference in [one["@id"] for one in (*action["object"], *action["result"])]:
        assert reference in entities
    assert "T00:" not in everything
    assert str(folder) not in everything


def test_a_crate_is_the_same_whenever_it_is_made(folder):
    before = (folder / CRATE).read_bytes()
    record = json.loads((folder / "bth_run.json").read_text("utf-8"))
    record |= {
        "started": "2031-01-01T00:00:00+00:00",
        "seconds": 9.0,
        "parameters": record["parameters"] | {"threads": 7},
    }
    (folder / "bth_run.json").write_text(json.dumps(record), "utf-8")
    write_folder_crate(folder, folder, "zh")
    assert (folder / CRATE).read_bytes() == before


def test_a_changed_crate_is_named_by_entity_and_property(folder):
    assert failures(folder) == []
    old = crate_of(folder)["bth.xlsx"]["sha256"]
    replaced(folder / CRATE, old, "1" * 64)
    assert failures(folder) == [(CRATE, f"bth.xlsx · sha256: {'1' * 64}, but was {old}")]
    (folder / CRATE).write_text("{", "utf-8")
    assert [file for file, _ in failures(folder)] == [CRATE]
    (folder / CRATE).unlink()
    assert failures(folder) == [(CRATE, "the description of the folder (RO-Crate) is missing")]


def test_a_folder_of_a_version_that_wrote_no_crate_needs_none(folder, record):
    record["versions"]["geozone"]["version"] = "0.1.0"
    (folder / "bth_run.json").write_text(json.dumps(record), "utf-8")
    (folder / CRATE).unlink()
    [check] = crate_checks(folder)
    assert check.passed
    assert "before 0.2.0" in check.message.text.en


def test_an_entry_too_many_or_too_few_is_named(folder):
    document = json.loads((folder / CRATE).read_text("utf-8"))
    gone = next(one for one in document["@graph"] if one["@id"] == "bth.gpkg")
    document["@graph"].remove(gone)
    document["@graph"].append({"@id": "other.gpkg", "@type": "File"})
    (folder / CRATE).write_text(json.dumps(document), "utf-8")
    assert failures(folder) == [(CRATE, "bth.gpkg is not in it"), (CRATE, "other.gpkg should not be in it")]


def test_a_record_that_says_nothing_of_its_files_is_in_no_crate(folder):
    (folder / "hebei_run.json").write_text("{}", "utf-8")
    (folder / "yrd_run.json").write_text("{", "utf-8")
    before = (folder / CRATE).read_bytes()
    write_folder_crate(folder, folder, "zh")
    assert (folder / CRATE).read_bytes() == before
    other = json.loads((folder / "bth_run.json").read_text("utf-8").replace("bth", "hebei"))
    other["inputs"][0]["origins"] = ["somebody"]
    (folder / "hebei_run.json").write_text(json.dumps(other), "utf-8")
    write_folder_crate(folder, folder, "zh")
    assert (folder / CRATE).read_bytes() == before
