"""A zone held against its last release, which the caller names: a build that names none compares nothing and says nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from geozone.checks.report import finding_lines
from geozone.diff import Package, SinceRelease, Tables, differences, packages_of
from geozone.diff.data import RUN
from geozone.errors import UsageError
from geozone.export.result_tables import content
from geozone.files import digest
from geozone.messages import LANGUAGES, Language, text
from geozone.model import Zone, ZoneResult
from geozone.read.door.seal import Seal
from geozone.run.options import Options

_EDITION = "edition.edition"  # the row of the table "run" that only a public edition has


def release_of(zone: Zone, options: Options, edition: str = "full") -> Path | None:
    """Return the GeoPackage of the last release of a zone; a folder without one is told.

    Raises
    ------
    InputError
        If there is no such file or folder, or geozone wrote nothing in it.
    UsageError
        If it is of another edition than the build.
    """
    if options.since is None:
        return None
    found = packages_of(options.since).get(zone.key)
    if found is None:
        options.notice(text("diff.since_absent", path=options.since.name, zone=zone.title))
        return None
    with closing(Package(found)) as package:
        _require_edition(package, found, public=edition == "public")
    return found


@contextmanager
def unchanged(path: Path | None) -> Iterator[None]:
    """Make sure that the last release stays as it is while it is compared.

    Raises
    ------
    InputError
        If it was changed meanwhile.
    """
    seal = None if path is None else Seal.of(path)
    yield
    if seal is not None:
        seal.hold()


def compared(result: ZoneResult, release: Path, options: Options) -> ZoneResult:
    """Return a result with what differs from the last release, and the edits that broke something among its findings.

    Both are compared as the tables of a GeoPackage, in the language of the release.

    Raises
    ------
    UsageError
        If one is a public edition and the other is not: what one withholds would stand in the other.
    """
    old = Package(release)
    try:
        tables = content(result, _language(old) or options.lang)
        new = Tables(result.zone.key, {table.name: (table.geometry or "", table.frame) for table in tables})
        _require_edition(old, release, public=_is_public(new))
        since = SinceRelease(release.name, digest(release), tuple(differences(old, new)))
    finally:
        old.close()
    found = since.findings()
    for line in finding_lines(found, every=options.every_finding):
        options.notice(line)
    return replace(result, since=since, findings=[*result.findings, *found])


def _require_edition(package: Package, path: Path, *, public: bool) -> None:
    if _is_public(package) != public:
        raise UsageError("diff.since_edition", path=path.name)


def _is_public(package: Package | Tables) -> bool:
    run = package.table(RUN)
    return "name" in run and _EDITION in set(run["name"])


def _language(package: Package) -> Language | None:
    """Return the language that a GeoPackage was written in; None where it does not tell."""
    run = package.table(RUN)
    told = set(run.loc[run["section"] == "method", "value"]) if "section" in run else set()
    return next((lang for lang in LANGUAGES if text("export.method_area").get(lang) in told), None)
