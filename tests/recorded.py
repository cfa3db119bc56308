"""Run records held against their schema, which is kept in the package."""

import json
from pathlib import Path

from jsonschema import Draft202012Validator

import geozone

SCHEMA = json.loads((Path(geozone.__file__).parent / "export" / "run_record.schema.json").read_text("utf-8"))


def faults(record):
    """Return where a run record is not as its schema says, and why."""
    found = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(
        record
    )
    return [f"{'.'.join(map(str, one.absolute_path))}: {one.message}"[:300] for one in found]


def faults_of(folder):
    """Return the same of every run record of a folder."""
    return [
        f"{path.name}: {fault}"
        for path in sorted(folder.glob("*_run.json"))
        for fault in faults(json.loads(path.read_text("utf-8")))
    ]
