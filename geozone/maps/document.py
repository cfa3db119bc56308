"""The folium document of a page: one html file that asks nothing of any host.

The elements here have their own templates and their own asset lists. folium and branca are used as they are:
no class of theirs is changed and none of their default lists is touched, since those lists are shared by every
map of a process.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium import Map
from folium.map import Layer
from folium.template import Template

from geozone.maps.assets import SCHEME, asset
from geozone.maps.style import data_styles
from geozone.messages import Text

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_SEAL = re.compile(r'<meta name="geozone-digest" content="[0-9a-f]{64}">\n')
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


GUARD = "asset:guard.js"  # tells a reader whose browser cannot run the page


class Raw(Element):
    """Markup that is ready: it passes through no template."""

    def __init__(self, name: str, markup: str) -> None:
        super().__init__()
        self._name, self._id = "raw", name
        self.markup = markup

    def render(self, **_: Any) -> str:
        """Return the markup."""
        return self.markup


def unsupported(browser: Text, script: Text) -> str:
    """Return what a reader sees whose browser cannot run the page, or runs no scripts, in both languages."""
    shown, scripts = _paragraphs(browser), _paragraphs(script)
    return (
        f'<div id="unsupported" class="unsupported" role="alert" hidden>{shown}</div>'
        f'<noscript><div class="unsupported">{scripts}{shown}</div></noscript>'
    )


def _paragraphs(told: Text) -> str:
    return f'<p lang="zh-CN">{escape(told.zh)}</p><p lang="en">{escape(told.en)}</p>'


def data_block(name: str, text: str, kind: str) -> Raw:
    """Return an inert script element that carries data of the page.

    Parameters
    ----------
    name
        The element's id.
    text
        The data; it must hold no ``<``, as escaped JSON and base64 do not.
    kind
        The MIME type, one that a browser does not run.
    """
    if "<" in text:
        raise ValueError(name)
    return Raw(name, f'<script type="{kind}" id="{escape(name)}">{text}</script>')


class Section(Element):
    """A part of the document that keeps its children in order."""

    def __init__(self, owner: Figure) -> None:
        super().__init__()
        self._parent = owner
        self.items: dict[str, Element] = {}

    def add_child(self, child: Element, name: str | None = None, index: int | None = None) -> Section:
        """Add a child; one of the same name is replaced."""
        if index is not None:
            raise ValueError(index)
        self.items[name or child.get_name()] = child
        child._parent = self  # noqa: SLF001  # branca's way to tell a child its place
        return self

    def render(self, **kwargs: Any) -> str:
        """Return the markup of all children."""
        return "\n".join(child.render(**kwargs) for child in self.items.values())


class Page(Figure):
    """A whole html document whose scripts, styles and data all lie inside it.

    Parameters
    ----------
    title
        The document's title.
    lang
        Its language, ``zh`` or ``en``.
    image_hosts
        Origins that a base map may load images from; none by default, and then nothing is ever requested.
    """

    _template = Template(
        "<!DOCTYPE html>\n"
        '<html lang="{{ this.language }}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="@policy@">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        "<title>{{ this.title|e }}</title>\n"
        "<style>{{ this.styles }}</style>\n</head>\n<body>\n{{ this.html.render(**kwargs) }}\n"
        "<script>{{ this.guard }}</script>\n<script>{{ this.code }}</script>\n<script>\n{{ this.script.render(**kwargs) }}\n</script>\n</body>\n</html>\n"
    )

    def __init__(self, *, title: str, lang: str, image_hosts: Sequence[str] = ()) -> None:
        super().__init__(title=title)
        self._id = "page"
        self.language = "zh-CN" if lang == "zh" else "en"
        self.image_hosts = tuple(image_hosts)
        self.assets, self.html, self.script = Section(self), Section(self), Section(self)
        self.header = self.assets  # where folium's elements put their links
        self.code = self.guard = self.styles = ""

    def render(self, **kwargs: Any) -> str:
        """Return the whole document.

        Raises
        ------
        LookupError
            If an element asks for a script or style that is not bundled.
        """
        for child in tuple(self._children.values()):
            child.render(**kwargs)
        links = [link for link in self.assets.items.values() if isinstance(link, JavascriptLink | CssLink)]
        for link in links:
            if not link.url.startswith(SCHEME):
                raise LookupError(link.url)
        self.guard = asset(GUARD)
        self.code = "\n".join(asset(link.url) for link in links if isinstance(link, JavascriptLink))
        self.styles = "\n".join(
            [*(asset(link.url) for link in links if isinstance(link, CssLink)), data_styles()]
        )
        html = str(self._template.render(this=self, kwargs=kwargs))
        return html.replace("@policy@", self._policy(html), 1)

    def _policy(self, html: str) -> str:
        """Allow exactly the scripts and styles of this document, and no request."""
        scripts = " ".join(_digest(text) for text in _SCRIPT.findall(html))
        styles = " ".join(_digest(text) for text in _STYLE.findall(html))
        images = " ".join(["data:", "blob:", *self.image_hosts])
        return (
            f"default-src 'none'; script-src {scripts}; style-src {styles}; img-src {images}; "
            "connect-src 'none'; worker-src blob:; base-uri 'none'; form-action 'none'"
        )


def sealed(html: str) -> str:
    """Return a document with its own SHA-256 in its head, by which a change of it is found."""
    mark = f'<meta name="geozone-digest" content="{hashlib.sha256(html.encode()).hexdigest()}">'
    return html.replace("<head>\n", f"<head>\n{mark}\n", 1)


def is_as_sealed(html: str) -> bool | None:
    """Return whether a document is as it was when it was sealed; None if it never was."""
    found = _SEAL.search(html)
    return None if found is None else sealed(html.replace(found[0], "", 1)) == html


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


class PageMap(Map):
    """A folium map in the element ``#map`` of the page, driven by the bundled script.

    Parameters
    ----------
    page
        The document that the map belongs to.
    bounds
        West, south, east and north of the opening view, degrees.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}var {{ this.get_name() }} = geozone.open({{ this.options|tojavascript }});
        {%- endmacro %}
        """
    )

    def __init__(self, page: Page, *, bounds: Sequence[float], **options: Any) -> None:
        super().__init__(location=None, tiles=None)
        self.default_js = [("geozone", "asset:page.js")]  # this map's own list, not the class's
        self.default_css = [("geozone_style", "asset:page.css")]
        self.options = {"bounds": [float(side) for side in bounds], **options}
        page.add_child(self, name="map")

    def get_name(self) -> str:
        """Return the script's variable, always the same."""
        return "geozone_map"


class PageStart(MacroElement):
    """The last statement of the page's script: everything is added, the map can be drawn."""

    _template = Template(
        "{% macro script(this, kwargs) %}geozone.start({{ this._parent.get_name() }});{% endmacro %}"
    )

    def get_name(self) -> str:
        """Return a name that is always the same."""
        return "geozone_start"


class PageLayer(Layer):
    """A layer of the page whose data lie in the document's data blocks.

    Parameters
    ----------
    layer_id
        The layer's id; its geometry is the block ``geometry-<id>``, its attributes ``attributes-<id>``.
    maker
        The function of the bundled script that makes it: ``vector``, ``tiles`` or ``relief``.
    show
        Whether it is drawn when the page opens.
    **options
        Handed to that function.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}var {{ this.get_name() }} = geozone.{{ this.maker }}(
          {{- this._parent.get_name() }}, {{ this.layer_id|tojavascript }}, {{ this.options|tojavascript }});
        {%- endmacro %}
        """
    )

    def __init__(self, layer_id: str, *, maker: str, show: bool, **options: Any) -> None:
        super().__init__(name=layer_id, overlay=True, control=False, show=show)
        self.layer_id, self.maker, self.options = layer_id, maker, options

    def get_name(self) -> str:
        """Return the script's variable, always the same."""
        return "layer_" + re.sub(
            r"\W", lambda match: f"_{ord(match.group()):x}_", getattr(self, "layer_id", "")
        )
