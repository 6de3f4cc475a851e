"""A whole page: what it says, its style, its script and that of the plotting library, and the policy that lets nothing else
run."""

from __future__ import annotations

import base64
import gzip
import hashlib
from importlib.resources import files
from string import Template

from rf_lsp import __version__
from rf_lsp.output.markup import Markup, element
from rf_lsp.output.page import charts

FOLDER = files("rf_lsp.output.page")


def document(title: str, head: str, said: str, body: Markup) -> str:
    """HTML. ``title`` is that of the window, ``head`` and the sentence ``said`` stand above the body."""
    library = charts.script()
    own = _asset("page.js")
    return Template(_asset("page.html")).substitute(
        policy=_policy(own, library),
        version=__version__,
        title=element("title", f"{title} – rf-lsp"),
        style=_asset("page.css"),
        head=element("h1", head),
        said=element("p", f"{said} Version {__version__}."),
        body=body,
        library=_packed(library),
        script=own,
    )


def _asset(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _packed(script: str) -> str:
    """The library is by far the largest part of the page."""
    return base64.b64encode(gzip.compress(script.encode(), 9, mtime=0)).decode("ascii")


def _policy(*scripts: str) -> str:
    """Only these scripts run, and nothing is loaded from anywhere."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii") for text in scripts]
    allowed = " ".join(f"'sha256-{text}'" for text in hashes)
    parts = ["default-src 'none'", f"script-src {allowed}", "style-src 'unsafe-inline'", "img-src data: blob:"]
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])
