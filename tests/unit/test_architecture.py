"""The one-way shape: data flows seeds, layers → read → check → overlay → raster → terrain → rates → maps, export → run."""

import ast
import re
from pathlib import Path

from sources import tree_of

import geozone

PACKAGE = Path(geozone.__file__).parent
# a room may import rooms of a lower storey, and its own modules
DECLARED = {"seeds", "catalog", "vintages"}  # they may import each other
STOREYS = [
    {"toml_tables"},
    {"addresses", "garbage", "messages", "quiet", "system"},
    {"errors"},
    {"aligned", "lookalikes", "choices", "files", "model", "rounding", "shortage"},
    {"manifest"},
    DECLARED,
    {"overlay.rings", "overlay.degrees", "overlay.edges", "overlay.keys", "projections"},
    # areas are needed by every room above, and what GEOS cannot take is told by read; the rest of overlay stands higher
    {"overlay.plane", "overlay.crowding"},
    {"overlay.noding"},  # and so is what makes one border of two
    {"read"},
    {"project"},  # its files may be layers of files, or tables of a database
    {"checks"},
    {"overlay"},
    {"standards"},  # what deliveries are held against: read, checked and measured with what stands below
    {"policy"},
    {"raster"},  # opened with what read knows of files, counted in zones with what overlay knows of cells
    {"barriers"},  # belts of ground, on what overlay measures
    {"terrain", "sources"},  # elevation is a raster
    {"figures.words"},
    {"figures.numbers"},  # numbers and grades as people write them, whoever asks
    {"rates"},
    {"registers"},  # reads files; what counts registers stands below it and reads none
    {"figures"},
    {"diff"},  # of tables, whether they are files or about to be; what shows the differences stands above
    {"symbology", "backdrop", "versions", "story"},  # what sentences say, whatever shows them
    {"reuse"},  # of results, whatever they are
    {"maps", "export"},
    {"run"},
    {"notebook", "plot"},
    {"api", "sizes", "opened", "table_output", "verify", "explain", "example"},
    {"lists", "drafting"},
    {"cli"},
    {"qgis_plugin"},  # packed for QGIS's own Python: it imports nothing of geozone, and nothing imports it
    {"__init__", "__main__"},
]
STOREY = {room: number for number, rooms in enumerate(STOREYS) for room in rooms}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "node_modules" not in path.parts)
NO_FILES = (
    "overlay/edges.py",
    "overlay/plane.py",
    "overlay/coverage.py",
    "overlay/mosaic.py",
    "overlay/length.py",
    "rates/compute.py",
    "rates/facts.py",
    "rates/frame.py",
    "rates/verdicts.py",
)


def room_of(path):
    return room_named(".".join(path.relative_to(PACKAGE).with_suffix("").parts))


def room_named(module):
    """Return the room of a module named below geozone: its first part, or the module where it has a storey."""
    parts = module.split(".")
    return ".".join(parts[:2]) if ".".join(parts[:2]) in STOREY else parts[0]


def imports(path):
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # "from geozone.overlay import plane" names a module as well
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from names if node.module.startswith("geozone") else [node.module]


def test_every_room_has_a_storey():
    assert {room_of(path) for path in MODULES} <= set(STOREY)


def test_the_guide_lists_the_rooms_from_the_ground_up_as_they_say_themselves():
    guide = (PACKAGE.parent / "CONTRIBUTING.md").read_text("utf-8")
    listed = dict(re.findall(r"^ {2}- `(\w+)`: (.+)$", guide, re.MULTILINE))
    said = {
        path.parent.name: ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines()[0]
        for path in PACKAGE.glob("*/__init__.py")
    }
    assert listed == said
    assert [STOREY[room] for room in listed] == sorted(STOREY[room] for room in listed)


def test_no_module_imports_upward_or_sideways():
    breaches = []
    for path in MODULES:
        room = room_of(path)
        for name in imports(path):
            if not name.startswith("geozone."):
                continue
            other = room_named(name.removeprefix("geozone."))
            if (
                other in STOREY
                and other != room
                and STOREY[other] >= STOREY[room]
                and room not in DECLARED | {"__init__"}
            ):
                breaches.append(f"{path.relative_to(PACKAGE)} imports {name}")
            if room in DECLARED and other in STOREY and STOREY[other] > STOREY[room]:
                breaches.append(f"{path.relative_to(PACKAGE)} imports {name}")
    assert breaches == []


def test_modules_stay_small():
    assert {
        path.name: count for path in MODULES if (count := len(path.read_text("utf-8").splitlines())) > 600
    } == {}


def test_areas_and_lengths_are_computed_in_one_module_only():
    """Only geozone.overlay may ask a geometry for its area or length, and what makes its numbers again by another way."""
    guilty = []
    for path in MODULES:
        if path.relative_to(PACKAGE).as_posix().startswith("verify/rederived/"):
            continue
        if room_of(path) in {
            "overlay",
            "overlay.edges",
            "overlay.plane",
            "overlay.noding",
            "overlay.rings",
            "overlay.keys",
        }:
            continue
        for node in ast.walk(tree_of(path)):
            called = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"area", "length"}
            )
            if called and isinstance(node.func.value, ast.Name) and node.func.value.id == "shapely":
                guilty.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
            if isinstance(node, ast.Attribute) and node.attr == "Geod":
                guilty.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
    assert guilty == []


def test_what_makes_numbers_again_takes_no_step_of_the_first_way():
    """The second engine knows the codes of units and the kinds of shore, and nothing that computes."""
    allowed = {
        "geozone.overlay.units": {"code_prefix", "level_of", "member_codes", "region_code"},
        "geozone.overlay.shores": {"ISLAND"},
        "geozone.rates.filters": {"passes", "numbers"},
        "geozone.rates.needs": {"Ground"},
    }
    guilty = []
    for path in MODULES:
        if not path.relative_to(PACKAGE).as_posix().startswith("verify/rederived/"):
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                (
                    "geozone.overlay",
                    "geozone.raster",
                    "geozone.rates",
                    "geozone.terrain",
                    "geozone.barriers",
                    "geozone.run",
                )
            ):
                names = {alias.name for alias in node.names}
                if not names <= allowed.get(node.module or "", set()):
                    guilty.append(f"{path.relative_to(PACKAGE)}: {node.module} {names}")
    assert guilty == []


def test_rasters_are_opened_in_one_module_only():
    """Whatever a raster hides, only geozone.raster.opening sees to it."""
    guilty = []
    for path in MODULES:
        if path.relative_to(PACKAGE).as_posix() == "raster/opening.py":
            continue
        text = path.read_text("utf-8")
        for node in ast.walk(tree_of(path)):
            writing = (
                isinstance(node, ast.Attribute) and path.parent.name == "example"
            )  # it makes files, and reads none
            opened = (
                not writing
                and isinstance(node, ast.Attribute)
                and node.attr in {"open", "DatasetReader", "WarpedVRT"}
            )
            if opened and isinstance(node.value, ast.Name) and node.value.id == "rasterio":
                guilty.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rasterio"):
                names = {alias.name for alias in node.names}
                if names & {"open", "DatasetReader", "WarpedVRT"} or "vrt" in (node.module or ""):
                    guilty.append(f"{path.relative_to(PACKAGE)}:{node.lineno}")
        assert "osgeo" not in text, path
    assert guilty == []


def test_the_computing_core_reads_no_file_and_no_clock():
    banned = {"pyogrio", "fiona", "rasterio", "open", "time", "datetime", "pathlib"}
    for name in NO_FILES:
        path = PACKAGE / name
        if path.exists():
            assert not {module.split(".")[0] for module in imports(path)} & banned - {"rasterio"}, name


# every file of a user is opened behind one door; rasters have a door of their own, with the same checks
DOORS = ("read/door/", "raster/opening.py")
NO_READERS = ("example/",)  # it makes files, and looks at what it made
OPENERS = {
    "pyogrio": {"list_layers", "read_info", "read_bounds", "read_dataframe", "read_arrow", "open_arrow"},
    "fiona": {"open", "listlayers"},
    "gpd": {"read_file", "read_parquet", "read_feather", "read_postgis"},
    "pd": {"read_csv", "read_excel", "read_parquet", "read_json", "read_xml"},
    "pq": {"ParquetFile", "ParquetDataset", "read_table", "read_metadata", "read_schema"},
    "sqlite3": {"connect"},
    "zipfile": {"ZipFile", "is_zipfile"},
    "tarfile": {"open", "is_tarfile"},
    "gzip": {"open"},
    "bz2": {"open"},
    "lzma": {"open"},
    "np": {"fromfile", "load", "loadtxt", "genfromtxt"},
    "io": {"open"},
}
# they open what geozone itself ships or has just written
NO_INPUT = {
    "export/desktop.py": {
        "sqlite3.connect",
        "zipfile.ZipFile",
    },  # the package and the project that are being written
    "export/geopackage.py": {"sqlite3.connect"},  # the package that is being written
    "versions.py": {"sqlite3.connect"},  # the database of PROJ
    "qgis_plugin/pack.py": {"zipfile.ZipFile"},  # the plugin that is being written
    "qgis_plugin/geozone_processing/quality.py": {
        "sqlite3.connect"
    },  # the package that the command has just written
    "qgis_plugin/geozone_processing/projects.py": {
        "zipfile.ZipFile"
    },  # the project that the command has just written
}
# rooms that are given files by the user; below them, bytes and text are read behind the door too
GIVEN_FILES = ("read", "raster", "registers", "figures", "project", "policy", "standards")


def test_files_of_the_user_are_opened_behind_one_door():
    guilty = []
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        if name.startswith((*DOORS, *NO_READERS)):
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            room, _, opener = called.partition(".")
            if opener in OPENERS.get(room, ()) and called not in NO_INPUT.get(name, ()):
                guilty.append(f"{name}:{node.lineno}: {called}")
    assert guilty == []


def test_bytes_and_text_of_given_files_are_read_behind_the_door():
    guilty = []
    for path in MODULES:
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith(tuple(f"{room}/" for room in GIVEN_FILES)) or name.startswith(DOORS):
            continue
        for node in ast.walk(tree_of(path)):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            own = "shipped(" in called or "files('geozone')" in called or "_folder()" in called
            if isinstance(node.func, ast.Name) and node.func.id in {"open", "urlopen"}:
                guilty.append(f"{name}:{node.lineno}: {called}")
            if isinstance(node.func, ast.Attribute) and not own:
                writes = bool(node.args) and ast.unparse(node.args[0]) == "'wb'"
                inside = called in {
                    "archive.open",
                    "book._archive.open",
                    "memory.open",
                }  # of what is open already
                if node.func.attr in {"read_bytes", "read_text"} or (
                    node.func.attr in {"open", "memmap"} and not writes and not inside
                ):
                    guilty.append(f"{name}:{node.lineno}: {called}")
    assert guilty == []
