"""What the rules of a standard tell, and what to do about it, by example."""

from __future__ import annotations

from collections import Counter
from typing import Any

from geozone.manifest.rules import example_sentence
from geozone.messages import Text, listed, text
from geozone.project.entries import stated
from geozone.standards.declared import Standard, StandardRule
from geozone.standards.keys import CERTAINTIES

# the sentence of a check that is not its own, since `geozone.checks` makes the finding
_SENTENCES = {
    "area_not_positive": "check.stated_area_not_positive",
    "area_unit": "check.stated_area_other_unit",
    "area_differs": "check.stated_area_differs",
    "geometry": "check.ring_self_intersection",
}


def example_of(standard: Standard, rule: StandardRule) -> Text:
    """Return what a finding says that breaks a rule, with made-up values."""
    values: dict[str, Any] = {}
    concerned = standard.concerned(rule)
    first = concerned[0]
    if rule.fields:
        values["field"] = rule.fields[0]
    if "form" in rule.options:
        values["form"] = stated(rule.options, "form")
    if rule.check in {"layer_missing", "layer_name"}:
        values |= {"title": first.title, "names": ", ".join(first.names)}
    if "example" in rule.options:
        values["example"] = rule.options["example"]
    if "tolerance_m" in rule.options:
        values["wanted"] = f"{rule.options['tolerance_m']:g}"
    return example_sentence(_sentence(rule), values)


def remedy_of(rule: StandardRule) -> Text:
    """Return what to do about a finding that breaks a rule."""
    return example_sentence(_sentence(rule), remedy=True)


def how_sure(standard: Standard) -> Text:
    """Return how many rules of a standard are how sure, the surest first."""
    counts = Counter(rule.source.certainty for rule in standard.rules)
    return listed(
        text("standards.certainty_count", certainty=text(f"words.certainty_{word}"), count=counts[word])
        for word in CERTAINTIES
        if counts[word]
    )


def _sentence(rule: StandardRule) -> str:
    return _SENTENCES.get(rule.check, f"standards.{rule.check}")
