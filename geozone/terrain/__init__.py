"""From elevation to the ecological barrier; class shares of rasters."""
