"""Errors that geozone raises, one shallow tree.

::

    GeozoneError            every error below carries a message in both languages
    ├── UsageError          exit code 2: unknown zone, wrong option, output that cannot be written
    ├── InputError          exit code 3: a file is missing or unreadable
    └── DataError           exit code 1: the data has findings that stop the job
        └── ConservationError   parts do not add up to their whole

A Python function that returns a plain table says what it found in the data as a `GeozoneWarning`.
"""

from __future__ import annotations

from typing import Any, ClassVar

from geozone.messages import Language, Message, Text, message


class GeozoneWarning(UserWarning):
    """Something about the data that a result rests on; it is printed as it is, so it speaks both languages.

    Parameters
    ----------
    *messages
        What was found, and what to do about it.
    """

    def __init__(self, *messages: Message | Text) -> None:
        self.messages = messages
        super().__init__(f"{self.get('en')} | {self.get('zh')}")

    def get(self, lang: Language) -> str:
        """Return the warning in one language."""
        return (" " if lang == "en" else "").join(part.get(lang) for part in self.messages)


class GeozoneError(Exception):
    """An error that a user can act on.

    Parameters
    ----------
    key
        The text in the catalogue, ``room.name``.
    **params
        The values of its placeholders: file, layer, feature and remedy, as the text asks for.
    """

    exit_code: ClassVar[int] = 4

    def __init__(self, key: str, /, **params: Any) -> None:
        self.message = message(key, **params)
        super().__init__(key)

    @property
    def text(self) -> Text:
        """The message in both languages."""
        return self.message.text

    def get(self, lang: Language) -> str:
        """Return the message in one language."""
        return self.message.get(lang)

    def __str__(self) -> str:
        return self.text.en


class UsageError(GeozoneError):
    """The call is wrong: an unknown zone, a wrong option, an output that cannot be written."""

    exit_code = 2


class InputError(GeozoneError):
    """A file is missing or cannot be read."""

    exit_code = 3


class DataError(GeozoneError):
    """The data has findings that stop the job."""

    exit_code = 1


class ConservationError(DataError):
    """Parts do not add up to their whole within the stated tolerance."""
