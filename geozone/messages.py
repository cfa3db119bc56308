"""The catalogue of every text that a user sees, in Chinese and English.

The sentences stand in ``geozone/texts/<room>.toml``, one table per text with the keys ``zh`` and ``en``.
A text is named ``room.name`` and may hold ``{placeholders}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

from geozone.toml_tables import read_tables

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_TEXTS = Path(__file__).parent / "texts"


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def get(self, lang: Language) -> str:
        """Return the text in one language."""
        return self.zh if lang == "zh" else self.en

    def __add__(self, other: Text) -> Text:
        """Join two sentences: Chinese without, English with a space between."""
        if not self.zh:
            return other
        return Text(self.zh + other.zh, f"{self.en} {other.en}") if other.zh else self


NO_TEXT = Text("", "")
_SIGNS = {", ": "、", "; ": "；"}  # between the parts of a list, by the English sign


def listed(texts: Iterable[Text], sign: str = ", ") -> Text:
    """Return texts in one, with a sign between them."""
    parts = list(texts)
    return Text(_SIGNS[sign].join(one.zh for one in parts), sign.join(one.en for one in parts))


@dataclass(frozen=True, slots=True)
class Message:
    """A text of the catalogue with the values of its placeholders.

    A parameter that is itself a `Text` or `Message` is put in in the language asked for.
    """

    key: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> Text:
        """The message in both languages."""
        return filled(_template(self.key), self.params)

    def get(self, lang: Language) -> str:
        """Return the message in one language."""
        return self.text.get(lang)


_IN_BOTH = (Text, Message)


def message(key: str, /, **params: Any) -> Message:
    """Return the message ``room.name`` with its parameters.

    Raises
    ------
    KeyError
        If the catalogue has no such text.
    """
    _template(key)
    return Message(key, params)


def text(key: str, /, **params: Any) -> Text:
    """Return the text ``room.name`` in both languages."""
    return filled(_template(key), params)


def filled(template: Text, params: Mapping[str, Any]) -> Text:
    """Return a text with the values of its placeholders, each in the language of the text."""
    # called a hundred thousand times a run, mostly with words and numbers that are the same in both languages
    if not any(isinstance(value, _IN_BOTH) for value in params.values()):
        return Text(template.zh.format_map(params), template.en.format_map(params))
    return Text(
        template.zh.format_map({name: _localized(value, "zh") for name, value in params.items()}),
        template.en.format_map({name: _localized(value, "en") for name, value in params.items()}),
    )


@cache
def room(name: str) -> Mapping[str, Text]:
    """Return all texts of one room, by name, as the page needs them.

    Raises
    ------
    KeyError
        If there is no such room.
    """
    path = _TEXTS / f"{name}.toml"
    if not path.is_file():
        raise KeyError(name)
    texts = read_tables(path)
    return MappingProxyType({key: Text(**both) for key, both in texts.items()})


@cache
def _template(key: str) -> Text:
    name, _, rest = key.partition(".")
    try:
        return room(name)[rest]
    except KeyError:
        raise KeyError(key) from None


def _localized(value: Any, lang: Language) -> Any:
    return value.get(lang) if isinstance(value, _IN_BOTH) else value
