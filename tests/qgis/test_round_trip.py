"""A GeoPackage that was edited in QGIS and came back: the difference is what was edited, and nothing else."""

import shutil

import pytest
from samples import result_of_many

from geozone.diff import compare
from geozone.export.geopackage import write_geopackage

pytestmark = pytest.mark.qgis


def test_twelve_edits_made_in_qgis_are_told_and_nothing_else(run_in_qgis, tmp_path):
    write_geopackage(result_of_many(), tmp_path / "bth.gpkg")
    returned = shutil.copy(tmp_path / "bth.gpkg", tmp_path / "returned.gpkg")
    run_in_qgis("edit_package.py", returned)
    found = {
        (one.table, one.item, one.change.value, one.field) for one in compare(tmp_path / "bth.gpkg", returned)
    }
    register, layer = "bay", "bays"
    assert {row for row in found if row[0] == register} == {
        (register, "bay-0", "changed", "status"),
        (register, "bay-0", "changed", "status_date"),
        (register, "bay-1", "changed", "source"),
        (register, "bay-2", "changed", "name_en"),
        (register, "bay-3", "changed", "status"),
        (register, "bay-4", "key_changed", "item_id"),
        (register, "bay-5", "deleted", ""),
        (register, "bay-new", "added", ""),
    }
    assert sorted((change, field) for table, _, change, field in found if table == layer) == [
        ("added", ""), ("changed", "status"), ("deleted", ""), ("geometry", "geometry"),
    ]  # fmt: skip
    assert len(found) == 12
