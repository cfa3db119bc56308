"""The one door: whatever a user names is opened here, and nothing that was not named.

`content` opens bytes, `vector` what GDAL reads, `database` SQLite, `columnar` Parquet, `packed` archives and workbooks,
`seal` tells that what was hashed is what was read; rasters have a door of their own with the same checks,
`geozone.raster.opening`. tests/unit/test_architecture.py keeps every other module from opening files.
"""
