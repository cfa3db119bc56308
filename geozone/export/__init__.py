"""GeoPackage, tables and other files for GIS staff."""
