"""The documentation as a site: every page is in it, every link leads somewhere, nothing is fetched when it is read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FETCHED = re.compile(
    r"""(?:<(?:script|img|iframe|source)\b[^>]*\bsrc|<link\b[^>]*\brel="stylesheet"[^>]*\bhref)=["']?(?:https?:)?//"""
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("material", reason="mkdocs-material builds the site")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_every_page_is_in_it(site: Path):
    written = {path.relative_to(ROOT / "docs").with_suffix("") for path in (ROOT / "docs").rglob("*.md")}
    missing = [page for page in written if not (site / page / "index.html").exists() and page.name != "index"]
    assert missing == [] and (site / "index.html").exists() and (site / "rules" / "index.html").exists()


def test_nothing_is_fetched_when_it_is_read(site: Path):
    pages = {path: FETCHED.findall(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")}
    assert [str(path) for path, found in pages.items() if found] == []
    assert not any('data-md-component="source"' in path.read_text(encoding="utf-8") for path in pages)
