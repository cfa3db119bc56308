"""Hold a delivery against a standard, rule by rule: tables in, findings out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from geozone.model import Finding
from geozone.standards import areas, structure, topology, values
from geozone.standards.declared import Standard, StandardRule
from geozone.standards.delivery import Delivery
from geozone.standards.keys import CHECKS
from geozone.standards.rule_check import Checking

_MODULES = (structure, values, areas, topology)
# what a rule does where only one layer was handed over
_NEEDS_SEVERAL = frozenset({"file_name", "layer_missing", "systems_differ"})


def checks() -> Mapping[str, Callable[[Checking], None]]:
    """Return the function of every check that a standard may name."""
    return MappingProxyType(
        {name: next(getattr(module, name) for module in _MODULES if hasattr(module, name)) for name in CHECKS}
    )


def check_delivery(
    standard: Standard, delivery: Delivery, *, progress: Callable[[int, int], None] | None = None
) -> list[Finding]:
    """Return everything in which a delivery breaks a standard, in the order of its rules.

    Parameters
    ----------
    standard
        What it is held against.
    delivery
        The layers as they were read; they are not changed.
    progress
        Is called with how many rules were held, and of how many.

    Returns
    -------
    list of Finding
        Each has the code of the rule that it breaks in ``rule``. What the reader found stays with the layers.
    """
    tables = structure.known_tables(standard, delivery)
    known = checks()
    found: list[Finding] = []
    for number, rule in enumerate(standard.rules):
        if progress is not None:
            progress(number, len(standard.rules))
        checking = Checking(standard, delivery, tables, rule)
        known[rule.check](checking)
        found += checking.findings
    return found


def not_held(standard: Standard, delivery: Delivery) -> list[StandardRule]:
    """Return the rules that could not be held against a single layer, since they are about a whole delivery."""
    tables = structure.known_tables(standard, delivery)
    return [
        rule
        for rule in standard.rules
        if not delivery.whole and _is_about_others(standard, rule, set(tables))
    ]


def _is_about_others(standard: Standard, rule: StandardRule, there: set[str]) -> bool:
    if rule.check in _NEEDS_SEVERAL:
        return True
    of = rule.options.get("of")
    named = [of] if isinstance(of, str) else []
    named += [
        value["layer"]
        for name in ("of", "whole", "parts")
        if isinstance(value := rule.options.get(name), Mapping)
    ]
    concerned = {layer.id for layer in standard.concerned(rule)}
    between = rule.check == "overlap_between" and len(concerned & there) < len(concerned)
    return between or bool(set(named) - there)
