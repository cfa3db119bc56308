"""The keys of a standard: what each table may hold, and what each check takes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from geozone.model import Severity
from geozone.project.keys import Key

# how sure a rule is, the surest first: its text was read, only its table of contents, a draft, somebody else's account, or it is
# this software's own
CERTAINTIES = ("read", "contents", "draft", "secondary", "own")
KINDS = ("area", "line", "point")
TYPES = ("text", "number", "whole", "date")
UNITS = ("m2", "mu", "ha", "km2")
DATE_FORMS = {"YYYYMMDD": "%Y%m%d", "YYYY-MM-DD": "%Y-%m-%d", "YYYYMM": "%Y%m", "YYYY": "%Y"}

STANDARD: Mapping[str, Key] = {
    "title": Key("words", required=True),
    "note": Key("words"),
    "source": Key("tables", required=True),
    "layer": Key("tables", required=True),
    "field": Key("tables"),
    "codes": Key("table"),
    "rule": Key("tables", required=True),
}
SOURCE: Mapping[str, Key] = {
    "id": Key("word", required=True),
    "title": Key("words", required=True),
    "certainty": Key("choice", required=True, choices=CERTAINTIES),
}
LAYER: Mapping[str, Key] = {
    "id": Key("word", required=True),
    "title": Key("words", required=True),
    "names": Key("texts", required=True),
    "kind": Key("choice", required=True, choices=KINDS),
    "source": Key("word", required=True),
    "optional": Key("flag"),
}
FIELD: Mapping[str, Key] = {
    "name": Key("word", required=True),
    "title": Key("words", required=True),
    "layers": Key("texts"),
    "type": Key("choice", required=True, choices=TYPES),
    "length": Key("whole"),
    "unit": Key("choice", choices=UNITS),
    "optional": Key("flag"),
    "source": Key("word", required=True),
}
_TOLERANCE = {"tolerance_m": Key("metres", required=True)}
_OF = {"layer": Key("word", required=True), "field": Key("word", required=True)}
_SUMMED = {**_OF, "key": Key("word", required=True)}
# tables inside a rule: those that name a layer, a field and the field that groups it
PLACES: Mapping[str, Mapping[str, Key]] = {"of": _OF, "whole": _SUMMED, "parts": _SUMMED}

# every check with the keys that it takes beside those of every rule
CHECKS: Mapping[str, Mapping[str, Key]] = {
    "file_name": {"pattern": Key("pattern", required=True), "example": Key("word", required=True)},
    "layer_missing": {},
    "layer_name": {},
    "layer_unknown": {},
    "layer_empty": {},
    "geometry_kind": {},
    "reference_system": {"datum": Key("choice", required=True, choices=("CGCS2000",))},
    "systems_differ": {},
    "xy_tolerance": _TOLERANCE,
    "field_missing": {},
    "field_unknown": {},
    "field_type": {},
    "text_length": {},
    "value_missing": {},
    "value_doubled": {},
    "code_form": {"pattern": Key("pattern", required=True), "form": Key("words", required=True)},
    "code_list": {"codes": Key("word", required=True)},
    "code_name": {"codes": Key("word", required=True), "key": Key("word", required=True)},
    "names_differ": {"key": Key("word", required=True)},
    "number_range": {"least": Key("number"), "most": Key("number")},
    "date": {
        "form": Key("choice", required=True, choices=tuple(DATE_FORMS)),
        "earliest": Key("word"),
        "latest": Key("word"),
    },
    "code_reference": {"of": Key("table", required=True), "digits": Key("whole", required=True)},
    "area_not_positive": {},
    "area_unit": {},
    "area_differs": {"share": Key("number", required=True)},
    "area_sum": {
        "whole": Key("table", required=True),
        "parts": Key("table", required=True),
        "digits": Key("whole", required=True),
        "tolerance_m2": Key("number", required=True),
    },
    "row_sum": {"parts": Key("texts", required=True), "tolerance": Key("number", required=True)},
    "geometry": {},
    "several_parts": {},
    "duplicate": {},
    "overlap": _TOLERANCE,
    "overlap_between": _TOLERANCE,
    "uncovered": {"of": Key("word", required=True), **_TOLERANCE},
    "outside": {"of": Key("word", required=True), **_TOLERANCE},
}
RULE: Mapping[str, Key] = {
    "code": Key("word", required=True),
    "check": Key("choice", required=True, choices=tuple(CHECKS)),
    "severity": Key("choice", required=True, choices=tuple(severity.value for severity in Severity)),
    "source": Key("word", required=True),
    "layers": Key("texts"),
    "fields": Key("texts"),
    "note": Key("words"),
}


def date_of(words: str, form: str) -> datetime | None:
    """Return the date that words state in a form of `datetime.strptime`; None where they state none."""
    try:
        found = datetime.strptime(words, form)  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None
    # "2023121" is read as a date by a form of eight digits
    return found if found.strftime(form) == words else None
