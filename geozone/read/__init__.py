"""Read vector and raster files of GIS staff, every decision reported."""
