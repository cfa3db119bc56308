"""The plugin for QGIS, and how it is packed; nothing of geozone imports it, and the plugin imports nothing of geozone."""
