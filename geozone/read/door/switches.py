"""What is switched off in every GDAL of the process while it opens a file of the user."""

# by which GDAL would reach other files and addresses; set only while a file of geozone is open
SWITCHES = {
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "/none",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GML_DOWNLOAD_WFS_SCHEMA": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "GDAL_VRT_ENABLE_RAWRASTERBAND": "NO",
    "ALLOW_OGR_SQL_FUNCTIONS_FROM_TRIGGER_AND_VIEW": "NO",
    "OGR_SQLITE_LIST_VIRTUAL_OGR": "NO",
}
