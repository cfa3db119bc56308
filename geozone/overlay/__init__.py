"""Areas, lengths and overlays on the ellipsoid: the only home of areas and lengths."""
