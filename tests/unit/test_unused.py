"""What the user supplies and nothing is made from: read, told, and a file that is no data is refused."""

from dataclasses import replace

import numpy as np
import pytest
import rasterio
import samples
from rasterio.transform import from_origin

from geozone.errors import InputError
from geozone.export.about_tables import run_table
from geozone.manifest.roles import load_roles
from geozone.maps.payload import zone_payload
from geozone.project import load_project
from geozone.rates.needs import AreaNeed, Ground
from geozone.run.backdrop import backdrop
from geozone.run.options import Options
from geozone.run.overlaid import tell_unused
from geozone.run.rasters import relief_sources
from geozone.run.reading import Reading

LAYER = '\n[[layer]]\nrole = "{role}"\npath = "{path}"\nbasis = "official"\nvintage = "{vintage}"\n'


@pytest.fixture
def folder(tmp_path):
    samples.sample_layers()["redline"].data.to_file(tmp_path / "areas.gpkg")
    samples.sample_layers()["redline"].data.iloc[:1].to_file(tmp_path / "areas_2018.gpkg")
    (tmp_path / "garbage.gpkg").write_text("no data")
    (tmp_path / "garbage.tif").write_text("no data")
    profile = {"driver": "GTiff", "width": 4, "height": 4, "count": 1, "dtype": "uint8", "crs": "EPSG:4490"}
    with rasterio.open(
        tmp_path / "cells.tif", "w", transform=from_origin(116, 39, 0.5, 0.5), **profile
    ) as dataset:
        dataset.write(np.ones((1, 4, 4), "uint8"))
    return tmp_path


def run(folder, *layers, needs=()):
    """Return the findings, inputs and notices of reading what nothing is made from."""
    path = folder / "project.toml"
    text = "".join(LAYER.format(role=role, path=name, vintage=vintage) for role, name, vintage in layers)
    path.write_text('zone = "bth"\n' + text, "utf-8")
    told = []
    reading = Reading(load_project(path), Options(notice=told.append))
    own = {name: spec for name, spec in reading.project.layers.items() if name in reading.project.own}
    reading.project = replace(reading.project, layers=own)
    layers, rasters = reading.layers(), reading.rasters()
    reading.earlier_layers()
    tell_unused(reading, layers, rasters, needs)
    return reading.findings, reading.inputs, [line.en for line in told]


ROLES = ("coastal_belt", "functional_zone", "protected_area", "corridor", "water_source", "landcover")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_nothing_uses_is_told(folder, role):
    name = "cells.tif" if role == "landcover" else "areas.gpkg"
    findings, inputs, told = run(folder, (role, name, "2023"))
    unused = [item for item in findings if item.kind == "layer_unused"]
    assert [(item.severity, item.layer) for item in unused] == [("warning", role)]
    assert any(role in line for line in told)
    assert [(entry["path"], entry["used"]) for entry in inputs] == [(name, False)]
    assert len(inputs[0]["sha256"]) == 64


@pytest.mark.parametrize("role", [role.id for role in load_roles().values() if not role.made_from])
def test_a_file_that_is_no_data_is_an_error_whatever_its_role(folder, role):
    name = "garbage.tif" if load_roles()[role].kind == "raster" else "garbage.gpkg"
    named = "" if role == "boundary" else 'id = "own"\ntitle = "own"\n'
    entry = f'role = "{role}"\npath = "{name}"\nbasis = "official"\nvintage = "2023"\n'
    (folder / "project.toml").write_text(f'zone = "hebei"\n[[layer]]\n{named}{entry}', "utf-8")
    reading = Reading(load_project(folder / "project.toml"), Options())
    project = reading.project
    reading.project = replace(project, layers={id_: project.layers[id_] for id_ in project.own})
    with pytest.raises(InputError) as caught:
        read_all(reading, boundary=role == "boundary")
    assert name in str(caught.value)


def read_all(reading, *, boundary):
    if boundary:
        reading.units()
    reading.layers()
    reading.rasters()
    backdrop(reading)
    relief_sources(reading.project, samples.sample_units(), [])


def test_an_older_vintage_is_read_and_kept_apart(folder):
    findings, inputs, told = run(
        folder, ("redline", "areas.gpkg", "2023-12"), ("redline", "areas_2018.gpkg", "2018-06")
    )
    assert "older_vintage" in {item.kind for item in findings}
    assert "areas_2018.gpkg of 2018-06 is older than 2023-12" in " ".join(told)
    assert ("areas_2018.gpkg", "2018-06") in [(entry["path"], entry["vintage"]) for entry in inputs]
    with pytest.raises(InputError):
        run(folder, ("redline", "areas.gpkg", "2023-12"), ("redline", "garbage.gpkg", "2018-06"))


def test_what_is_used_is_not_told(folder):
    needs = [AreaNeed(frozenset({Ground.of("redline")}))]
    found = run(folder, ("redline", "areas.gpkg", "2023"), ("dem", "cells.tif", "2020"), needs=needs)[0]
    assert "layer_unused" not in {item.kind for item in found}


def test_no_source_list_names_what_was_not_used():
    result = samples.sample_result()
    result.inputs = [entry | {"used": False} for entry in result.inputs]
    result.layers = {}  # what is drawn is named all the same
    assert [source for source in zone_payload(result)["sources"] if source["sort"] == "layer"] == []
    table = run_table(result, "en").frame
    assert "input" not in set(table["section"])
    assert "unused_input" in set(table["section"])
