"""The rules by which findings are known: those of every kind of finding, and those of standards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geozone.errors import UsageError
from geozone.manifest.declared import nearest
from geozone.manifest.rules import load_rules
from geozone.messages import Language, Text, listed, text
from geozone.standards.declared import Standard, StandardRule, load_standard, standard_ids
from geozone.standards.rules import example_of, remedy_of

Rows = list[dict[str, Any]]


def rules_table(standard: Standard | None, lang: Language) -> Rows:
    """Return every rule with an example of what it tells, those of one standard only where it is given.

    Returns
    -------
    list of dict
        With the keys ``code``, ``standard`` (its id, or what the finding is about), ``certainty`` and ``example``.
    """
    own: Rows = [
        {
            "code": rule.code,
            "standard": text(f"words.rules_{rule.room}").get(lang),
            "certainty": "",
            "example": rule.example.get(lang),
        }
        for rule in load_rules().values()
        if standard is None
    ]
    standards = [standard] if standard is not None else [load_standard(name) for name in standard_ids()]
    return own + [
        {
            "code": rule.code,
            "standard": one.id,
            "certainty": text(f"words.certainty_{rule.source.certainty}").get(lang),
            "example": example_of(one, rule).get(lang),
        }
        for one in standards
        for rule in one.rules
    ]


def explained(code: str, standard: Standard | None) -> Mapping[str, Text]:
    """Return what there is to say about a rule, by what it says.

    Parameters
    ----------
    code
        The code, in capitals or not.
    standard
        The standard of an office in which it is looked for first.

    Raises
    ------
    UsageError
        If there is no such rule; it names the nearest.
    """
    wanted = code.strip().upper()
    standards = [standard] if standard is not None else [load_standard(name) for name in standard_ids()]
    for one in standards:
        for rule in one.rules:
            if rule.code == wanted:
                return _of_standard(one, rule)
    known = load_rules()
    if wanted not in known:
        codes = [*known, *(rule.code for one in standards for rule in one.rules)]
        raise UsageError(
            "standards.unknown_rule", code=code, nearest=nearest(wanted, codes) if wanted else ""
        )
    kind = known[wanted]
    return {
        "code": Text(kind.code, kind.code),
        "room": text(f"words.rules_{kind.room}"),
        "example": kind.example,
        "remedy": kind.remedy,
    }


def _of_standard(standard: Standard, rule: StandardRule) -> Mapping[str, Text]:
    layers = listed(layer.title for layer in standard.concerned(rule))
    found = {
        "code": Text(rule.code, rule.code),
        "standard": standard.title,
        "severity": text(f"words.severity_{rule.severity.value}"),
        "layers": layers,
    }
    if rule.fields:
        found["fields"] = Text(", ".join(rule.fields), ", ".join(rule.fields))
    if rule.options:
        options = ", ".join(f"{name} = {value}" for name, value in rule.options.items())
        found["options"] = Text(options, options)
    found["source"] = rule.source.title
    found["certainty"] = text(f"words.certainty_{rule.source.certainty}")
    if rule.note is not None:
        found["note"] = rule.note
    found["example"] = example_of(standard, rule)
    found["remedy"] = remedy_of(rule)
    return found
