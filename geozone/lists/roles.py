"""The roles that a layer can have, as a table."""

from __future__ import annotations

import pandas as pd

from geozone.manifest.inputs import load_layers
from geozone.manifest.roles import load_roles
from geozone.messages import Language


def roles_table(lang: Language) -> pd.DataFrame:
    """Return every role in the drawing order, one row each.

    Returns
    -------
    DataFrame
        Columns ``role, title, kind, also, layer, several, order, shown, marine, register, sensitive, statutory, layers``;
        ``layers`` are the ids that indicators ask for under the role.
    """
    asked = load_layers().values()
    rows = [
        {
            "role": role.id,
            "title": role.title.get(lang),
            "kind": role.kind,
            "also": ",".join(role.also),
            "layer": role.layer,
            "several": role.several,
            "order": role.order,
            "shown": role.shown,
            "marine": role.marine,
            "register": role.register,
            "sensitive": role.sensitive,
            "statutory": role.statutory,
            "layers": ",".join(one.id for one in asked if one.role == role.id and one.id != role.layer),
        }
        for role in load_roles().values()
        if not role.made_from  # those a run makes, and nobody supplies
    ]
    return pd.DataFrame(rows)
