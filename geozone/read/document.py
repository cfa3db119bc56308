"""The text of a file that is text as a whole, in the encoding that it was found to have."""

from __future__ import annotations

from geozone.errors import InputError
from geozone.read.door.content import bytes_of
from geozone.read.encoding import decode_document
from geozone.read.notes import Notes
from geozone.read.recode import given_codec
from geozone.read.safety import Limits, small_enough
from geozone.read.source import Source


def read_document(source: Source, encoding: str | None, notes: Notes, limits: Limits) -> str:
    """Return the text of a file; the encoding becomes a decision.

    Raises
    ------
    InputError
        If the file is larger than the limits allow, or is not in the encoding that the user gave.
    """
    small_enough(source.path, source.shown, limits)
    try:
        words, found = decode_document(bytes_of(source.path), given_codec(encoding, source.shown))
    except UnicodeDecodeError as error:
        raise InputError("read.unreadable", path=source.shown, reason=str(error)) from error
    how = "read.encoding_given" if encoding else "read.encoding_of_text"
    notes.decide("encoding", found.encoding, how, encoding=found.encoding)
    return words
