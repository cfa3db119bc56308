"""Addresses of databases: what is one, and how it is called without anybody's credentials."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

_DATABASE = re.compile(r"^postgres(ql)?://")
# a password may hold any sign, and stand in the query as well
_PASSWORD = re.compile(r"(://[^:/@]*):(.*)@")
_IN_QUERY = re.compile(r"(?<=[?&])(?:ssl)?password=[^&]*&?", re.IGNORECASE)
_SECRET = re.compile(r"(?<=[?&])(?:ssl)?password=([^&]*)", re.IGNORECASE)
_BARE = re.compile(r"[@:/?#\s]")  # signs by which an address is read otherwise than it is meant


def is_database(path: str | Path) -> bool:
    """Tell whether the address is that of a PostGIS database."""
    return isinstance(path, str) and bool(_DATABASE.match(path))


def without_password(url: str) -> str:
    """Return an address as it may be shown."""
    return _IN_QUERY.sub("", _PASSWORD.sub(r"\1@", url)).rstrip("?&")


def database_name(url: str, table: str | None = None) -> str:
    """Return what a table of a database is called in outputs: host, database and table, and nothing of who reads it.

    Examples
    --------
    >>> database_name("postgresql://li:secret@db.local:5433/gis?table=plan.bay&sslmode=require")
    'db.local:5433/gis?table=plan.bay'
    >>> database_name("postgresql:///gis?password=secret&host=/run/postgresql", "bay")
    '/gis?table=bay'
    """
    parts = urlsplit(without_password(url))
    host = parts.netloc.rpartition("@")[2]
    named = dict(parse_qsl(parts.query)).get("table") or parts.fragment or table
    return f"{host}{parts.path}" + (f"?table={named}" if named else "")


def shown_path(path: Path | str, table: str | None = None) -> Path:
    """Return a file as findings and outputs name it; of a table of a database its name, without credentials."""
    return Path(database_name(path, table)) if isinstance(path, str) and is_database(path) else Path(path)


def is_ambiguous(url: str) -> bool:
    """Tell whether the password in an address has signs that would have to be written as %40 and the like."""
    found = _PASSWORD.search(url)
    return found is not None and bool(_BARE.search(found[2]))


def told_without(reason: str, url: str) -> str:
    """Return what a database driver says without any password that it may repeat.

    Parameters
    ----------
    reason
        What the driver says.
    url
        The address that it was given.
    """
    found = _PASSWORD.search(url)
    secrets = [*_SECRET.findall(url), found[2] if found else "", os.environ.get("PGPASSWORD", "")]
    for secret in {one for word in secrets for one in (word, unquote(word)) if one}:
        reason = reason.replace(secret, "…")
    return " ".join(without_password(reason).split())[:200]
