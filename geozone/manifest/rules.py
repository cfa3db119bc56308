"""The codes by which findings are known, and an example of each (``seeds/rules.toml``, ``seeds/rule_examples.toml``)."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from geozone.files import shipped
from geozone.manifest.declared import Declarations
from geozone.messages import Text, filled, room
from geozone.model import Finding

REMEDY = "_remedy"  # how the name of a remedy ends, beside that of what was found


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of finding, with the code that it is known by."""

    code: str
    key: str  # of its sentence in the catalogue, ``room.name``

    @property
    def room(self) -> str:
        """The room of the sentence: where findings of this kind are born."""
        return self.key.partition(".")[0]

    @property
    def example(self) -> Text:
        """What such a finding says, with made-up values."""
        return example_sentence(self.key)

    @property
    def remedy(self) -> Text:
        """What to do about it."""
        return example_sentence(self.key, remedy=True)


@cache
def load_rules() -> Mapping[str, Rule]:
    """Return every kind of finding by its code.

    Raises
    ------
    InputError
        If a code stands twice, or for a sentence that is not in the catalogue; with file and line.
    """
    declared = Declarations.read(shipped("seeds") / "rules.toml")
    declared.known_keys((), declared.tables, {"codes", "given_up"})
    rules: dict[str, Rule] = {}
    given_up = set(declared.tables["given_up"])
    for name, codes in declared.tables["codes"].items():
        known = room(name)
        for key, code in codes.items():
            place = ("codes", name, key)
            if code in rules or code in given_up:
                other = rules[code].key if code in rules else "given_up"
                declared.fault(place, "code_twice", code=code, other=other)
            if key not in known or f"{key}{REMEDY}" not in known:
                declared.fault(place, "no_sentence", name=f"{name}.{key}")
            rules[code] = Rule(code, f"{name}.{key}")
    declared.stop_on_faults()
    return MappingProxyType(rules)


def code_of(finding: Finding) -> str:
    """Return the code of a finding: that of the rule of a standard which it breaks, else that of its kind; "" where it has none."""
    # two sentences with one remedy, such as that of a register and that of one with rows left out, are one kind
    # nobody loses a table of findings since one kind in it has no code yet: the tests demand the code
    return finding.rule or _codes().get(finding.remedy.key.removesuffix(REMEDY), "")


def placeholders(sentence: Text) -> set[str]:
    """Return the names of the places in a sentence that values are put into."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence.zh) if name}


@cache
def _codes() -> Mapping[str, str]:
    return {rule.key: rule.code for rule in load_rules().values()}


def example_sentence(
    key: str, values: Mapping[str, Any] = MappingProxyType({}), *, remedy: bool = False
) -> Text:
    """Return a sentence on a finding, or its remedy, with made-up values.

    Parameters
    ----------
    key
        The sentence in the catalogue, ``room.name``.
    values
        What is to stand in some of its places.
    remedy
        Whether the remedy is asked for.
    """
    sentence = text_of(f"{key}{REMEDY}" if remedy else key)
    filling = {name: _filling(key, name, values) for name in placeholders(sentence)}
    return filled(sentence, filling)


def _filling(key: str, name: str, values: Mapping[str, Any]) -> Any:
    if name in values:
        return values[name]
    try:
        return example_value(key, name)
    except KeyError:  # the tests demand an example; who asks for a rule is told the rest without one
        return "…"


def text_of(key: str) -> Text:
    """Return a sentence of the catalogue as it stands there, with its places."""
    name, _, rest = key.partition(".")
    return room(name)[rest]


def example_value(rule: str, name: str) -> Any:
    """Return what stands in a place of an example: that of the sentence itself, else of its room, else of any.

    Raises
    ------
    KeyError
        If there is none.
    """
    examples = _examples()
    for scope in (rule, rule.partition(".")[0], "any"):
        if name in examples.get(scope, {}):
            value = examples[scope][name]
            return Text(**value) if isinstance(value, dict) else value
    raise KeyError(f"{rule}: {name}")


@cache
def _examples() -> Mapping[str, Any]:
    return Declarations.read(shipped("seeds") / "rule_examples.toml").tables
