"""A GeoPackage that was edited in QGIS and came back: the difference is what was edited, and nothing else."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from samples import result_of_many

from geozone.diff import compare
from geozone.export.geopackage import write_geopackage

pytestmark = pytest.mark.qgis
SYSTEM_PYTHON = "/usr/bin/python3"  # QGIS brings its modules to the system's Python
SCRIPT = Path(__file__).parent / "edit_package.py"


def test_twelve_edits_made_in_qgis_are_told_and_nothing_else(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "QT_QPA_PLATFORM": "offscreen",
        "LANG": "C.UTF-8",
    }
    probe = [SYSTEM_PYTHON, "-c", "import qgis.core"]
    if (
        not Path(SYSTEM_PYTHON).exists()
        or subprocess.run(probe, check=False, capture_output=True, env=environment).returncode
    ):
        pytest.skip("QGIS's Python modules (python3-qgis) are not installed")
    write_geopackage(result_of_many(), tmp_path / "bth.gpkg")
    returned = shutil.copy(tmp_path / "bth.gpkg", tmp_path / "returned.gpkg")
    subprocess.run(
        [SYSTEM_PYTHON, str(SCRIPT), str(returned)],
        check=True,
        capture_output=True,
        timeout=120,
        env=environment,
    )
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
