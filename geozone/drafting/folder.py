"""A folder of files as a draft of a project."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from geozone.drafting.declared import load_drafting
from geozone.drafting.entries import LAYER, Entry, LeftOut, Look, State
from geozone.drafting.names import Match
from geozone.drafting.rasters import look_at_raster
from geozone.drafting.rivals import choose, settle
from geozone.drafting.tables import look_at_records, look_at_table, look_for_figures
from geozone.drafting.vectors import look_at_layer, look_at_vector
from geozone.drafting.zones import ZoneGuess, guess_zone
from geozone.errors import InputError
from geozone.manifest.inputs import layer_title, load_layers, register_title
from geozone.messages import Text, text
from geozone.model import Basis
from geozone.read.contents import TABLES, Contents, contents_of
from geozone.read.formats import Format, detect, refusal
from geozone.seeds import load_zones

# asks a question with answers to choose from, code and words; None where nobody answers
Ask = Callable[[Text, Sequence[tuple[str, Text]]], str | None]
Progress = Callable[[int, int], None]

_RECORD = "_run.json"  # the record of a run lies in the folder of a build


@dataclass(frozen=True, slots=True)
class Draft:
    """What a project file may say of a folder."""

    folder: Path
    zone: ZoneGuess
    entries: list[Entry]
    left_out: list[LeftOut]

    def of_state(self, state: State) -> list[Entry]:
        """Return the entries that are as sure as this."""
        return [entry for entry in self.entries if entry.state is state]


def draft_project(folder: Path, *, ask: Ask | None = None, progress: Progress | None = None) -> Draft:
    """Look at every file of a folder and of the folders below, and draft a project of them.

    Nothing is written. What is not certain is a guess with its reason; what somebody must decide is a doubt; what is no
    data, cannot be read or is not recognised is left out with its reason.

    Parameters
    ----------
    folder
        The folder.
    ask
        Asks somebody what files do not tell.
    progress
        Is told how many files were looked at, of how many.

    Raises
    ------
    InputError
        If there is no such folder, or no file in it.
    """
    if not folder.is_dir():
        raise InputError("drafting.no_folder", path=folder)
    contents = contents_of(folder)
    builds = {path.parent for path in folder.rglob(f"*{_RECORD}")}
    paths = [path for path in _data(contents) if not any(path.is_relative_to(build) for build in builds)]
    if not any(path.is_file() for path in folder.rglob("*")):
        raise InputError("drafting.empty", path=folder)
    look, tables = Look(), list[Path]()
    for number, path in enumerate(paths):
        if progress:
            progress(number, len(paths))
        look.add(_look(path, folder, tables))
    look.left_out += [LeftOut(build, "", text("drafting.own_build")) for build in sorted(builds)]
    look.left_out += _strangers(folder, {*paths, *builds})
    zone = guess_zone(entry.codes for entry in look.entries)
    if ask and not zone.sure:
        zone = _asked_zone(zone, ask)
    _find_figures(look, tables, folder, zone)
    rivals = settle(look.entries)
    if ask:
        _ask_layers(look, folder, ask)
        _ask_rivals(rivals, ask)
        _ask_basis(look.entries, ask)
    look.without(folder)
    entries = sorted(look.entries, key=_order)
    return Draft(folder, zone, entries, sorted(look.left_out, key=lambda one: one.path.as_posix()))


def _order(entry: Entry) -> tuple[bool, str, int, str, str]:
    """Return the place of an entry in the file: layers from the bottom of the map, then tables."""
    layers = list(load_layers())
    drawn = layers.index(entry.id) if entry.kind == LAYER else 0
    return entry.kind != LAYER, entry.kind, drawn, entry.path.as_posix(), entry.inside


def _data(contents: Contents) -> list[Path]:
    """Return every file that may hold data, in the order of their names."""
    declared = load_drafting()
    ends = declared.rasters | declared.tables
    others = [path for path in contents.others if path.suffix.lower() in ends]
    return sorted(dict.fromkeys([*contents.found, *contents.beside, *contents.archives, *others]))


def _look(path: Path, folder: Path, tables: list[Path]) -> Look:
    ending = path.suffix.lower()
    if ending in load_drafting().rasters:
        return look_at_raster(path, folder)
    try:
        kind = detect(path)
    except InputError as error:
        if ending not in load_drafting().tables:
            return Look([], [LeftOut(path, "", error.text)])
        kind = Format.XLSX
    if kind not in TABLES:
        look = look_at_vector(path, folder)
        look.add(look_at_records(path, folder))
        return look
    tables.append(path)
    return look_at_table(path, folder)


def _strangers(folder: Path, taken: set[Path]) -> list[LeftOut]:
    """Return the files that are no data, each with what it is."""
    beside = load_drafting().beside
    return [
        LeftOut(path, "", refusal(path) or text("drafting.no_data"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not path.name.startswith(".")
        and not path.name.lower().endswith(beside)
        and taken.isdisjoint((path, *path.parents))
    ]


def _find_figures(look: Look, tables: Sequence[Path], folder: Path, zone: ZoneGuess) -> None:
    """Look for reported figures in the tables that nothing else was found in."""
    taken = {entry.path for entry in look.entries}
    for path in tables:
        if path in taken or zone.zone is None:
            continue
        entry = look_for_figures(path, folder, zone.zone)
        if entry is not None:
            look.entries.append(entry)
            look.left_out = [one for one in look.left_out if one.path != path]


def _asked_zone(guess: ZoneGuess, ask: Ask) -> ZoneGuess:
    answer = ask(
        guess.reason + text("drafting.ask_zone"), [(key, one.title) for key, one in load_zones().items()]
    )
    if answer is None:
        return guess
    zone = load_zones()[answer]
    return ZoneGuess(zone, text("drafting.zone_said", zone=zone.title), sure=True)


def _ask_layers(look: Look, folder: Path, ask: Ask) -> None:
    """Ask what the layers are that were read but not recognised."""
    unknown = text("drafting.not_recognised")
    choices = [(key, one.title) for key, one in load_layers().items()]
    for one in [one for one in look.left_out if one.reason == unknown]:
        if one.path.suffix.lower() in load_drafting().rasters:
            continue
        name = f"{one.path.name}:{one.inside}" if one.inside else one.path.name
        answer = ask(text("drafting.ask_layer", file=name), choices)
        if answer is not None:
            inside = one.inside or one.path.stem
            look.left_out.remove(one)
            look.add(
                look_at_layer(
                    one.path, inside, folder, alone=not one.inside, chosen=Match(LAYER, answer, name, "layer")
                )
            )


def _ask_rivals(groups: Sequence[list[Entry]], ask: Ask) -> None:
    for group in groups:
        names = [(str(number), Text(name, name)) for number, name in enumerate(_names(group), 1)]
        answer = ask(text("drafting.ask_rivals", title=_title(group[0])), names)
        if answer is not None:
            choose(group, group[int(answer) - 1])


def _ask_basis(entries: Sequence[Entry], ask: Ask) -> None:
    untold = [entry for entry in entries if entry.keys["basis"] == Basis.WORKING]
    if not untold:
        return
    choices = [(one.value, text(f"words.basis_{one.value}")) for one in Basis]
    answer = ask(text("drafting.ask_basis", count=len(untold)), choices)
    for entry in untold if answer else ():
        assert answer is not None
        guess = text(
            "drafting.basis_untold", basis=text("words.basis_working"), official=text("words.basis_official")
        )
        entry.keys["basis"] = answer
        entry.guesses = [one for one in entry.guesses if one != guess]
        entry.reasons.append(text("drafting.basis_said"))


def _names(group: Sequence[Entry]) -> list[str]:
    return [f"{entry.path.name}:{entry.inside}" if entry.inside else entry.path.name for entry in group]


def _title(entry: Entry) -> Text:
    return layer_title(entry.id) if entry.kind == LAYER else register_title(entry.id)
