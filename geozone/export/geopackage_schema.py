"""What GDAL does not write into a GeoPackage: column aliases, value domains and QGIS styles.

Tables after OGC GeoPackage 1.2 (annex F.9, schema extension) and the layer style table of QGIS.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

from geozone.export.columns import DOMAINS, domain_values
from geozone.export.table import Table
from geozone.messages import Language, text

STYLE = "geozone"  # the name of every style that is delivered; a person may add others
# A GeoPackage must hold dates of change. The day of the build would make two equal builds differ.
FIXED_DATE = "2000-01-01T00:00:00.000Z"
_UNUSED = 0.02  # of the pages of a file: more is given back
_SCHEMA_EXTENSION = "http://www.geopackage.org/spec121/#extension_schema"

_SCHEMA = """
CREATE TABLE gpkg_data_columns (
  table_name TEXT NOT NULL,
  column_name TEXT NOT NULL,
  name TEXT,
  title TEXT,
  description TEXT,
  mime_type TEXT,
  constraint_name TEXT,
  CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
  CONSTRAINT gdc_tn UNIQUE (table_name, name),
  CONSTRAINT fk_gdc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name)
);
CREATE TABLE gpkg_data_column_constraints (
  constraint_name TEXT NOT NULL,
  constraint_type TEXT NOT NULL,
  value TEXT,
  min NUMERIC,
  min_is_inclusive BOOLEAN,
  max NUMERIC,
  max_is_inclusive BOOLEAN,
  description TEXT,
  CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
  table_name TEXT,
  column_name TEXT,
  extension_name TEXT NOT NULL,
  definition TEXT NOT NULL,
  scope TEXT NOT NULL,
  CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
"""

_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256),
  f_table_schema TEXT(256),
  f_table_name TEXT(256),
  f_geometry_column TEXT(256),
  styleName TEXT(30),
  styleQML TEXT,
  styleSLD TEXT,
  useAsDefault BOOLEAN,
  description TEXT,
  owner TEXT(30),
  ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now'))
);
"""


def add_columns(database: sqlite3.Connection, tables: Sequence[Table], lang: Language) -> None:
    """Describe every column (schema extension): alias, the name in the other language, value domain."""
    database.executescript(_SCHEMA)
    database.executemany(
        "INSERT INTO gpkg_extensions VALUES (?, NULL, 'gpkg_schema', ?, 'read-write')",
        [("gpkg_data_columns", _SCHEMA_EXTENSION), ("gpkg_data_column_constraints", _SCHEMA_EXTENSION)],
    )
    database.executemany(
        "INSERT INTO gpkg_data_column_constraints (constraint_name, constraint_type, value, description)"
        " VALUES (?, 'enum', ?, ?)",
        [(domain, value, title.get(lang)) for domain in DOMAINS for value, title in domain_values(domain)],
    )
    other: Language = "en" if lang == "zh" else "zh"
    rows = []
    for table in tables:
        taken: set[str] = set()
        for item in table.columns:
            alias = item.title.get(lang)
            if alias in taken:  # two fields of a supplied layer may have one title
                alias = f"{alias} {item.name}"
            taken.add(alias)
            rows.append((table.name, item.name, alias, alias, item.title.get(other), item.domain))
    database.executemany(
        "INSERT INTO gpkg_data_columns (table_name, column_name, name, title, description, constraint_name)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        rows,
    )


def add_styles(
    database: sqlite3.Connection, tables: Sequence[Table], styles: Mapping[str, str], lang: Language
) -> None:
    """Store a QGIS style for each layer and table, taken by default when it is opened."""
    database.executescript(_STYLES)
    database.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES ('layer_styles', 'attributes', ?, ?, ?)",
        (
            text("words.table_layer_styles").get(lang),
            text("export.about_layer_styles").get(lang),
            FIXED_DATE,
        ),
    )
    database.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
        " styleQML, styleSLD, useAsDefault, description, owner, ui, update_time)"
        " VALUES ('', '', ?, ?, ?, ?, '', 1, ?, '', '', ?)",
        [
            (
                table.name,
                "geom" if table.geometry else "",
                STYLE,
                styles[table.name],
                table.title.get(lang),
                FIXED_DATE,
            )
            for table in tables
        ],
    )


def settle(database: sqlite3.Connection) -> None:
    """Fix all dates, so that equal content gives equal bytes, and compact the file where that is worth it.

    Writing a large file a second time costs a quarter of writing it, and what is left unused in it is next to nothing.
    """
    database.execute("UPDATE gpkg_contents SET last_change = ?", (FIXED_DATE,))
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'gpkg_metadata_reference'").fetchone():
        database.execute("UPDATE gpkg_metadata_reference SET timestamp = ?", (FIXED_DATE,))
    database.commit()
    database.execute("PRAGMA journal_mode = delete")
    (unused,), (pages,) = (
        database.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
    )
    if unused > _UNUSED * pages:
        database.execute("VACUUM")
