"""Rasters: opening them, and the areas of their classes and the means of their values in zones."""
