"""Which file an import means."""

from __future__ import annotations

import os

import pytest

from analyzers.imports.resolver import ImportResolver, is_stdlib, workspace_root
from analyzers.source.sources import Sources


@pytest.fixture
def tree(tmp_path):
    """A workspace, an environment and a project installed editable into it."""
    for path in (
        "ws/pyproject.toml",
        "ws/train.py",
        "ws/nets/__init__.py",
        "ws/nets/unet.py",
        "ws/nets/parts/__init__.py",
        "ws/nets/parts/conv.py",
        "ws/nets/timm.py",
        "ws/src/tool/__init__.py",
        "ws/src/tool/core.py",
        "ws/scripts/run.py",
        "ws/scripts/helpers.py",
        "ws/space/inner/leaf.py",
        "ws/data/readme.txt",
        "extra/added.py",
        "site/timm/__init__.py",
        "site/timm/layers.py",
        "site/data/__init__.py",
        "site/stubs.pyi",
        "site/fast.cpython-311-x86_64-linux-gnu.so",
        "site/both.py",
        "site/both/__init__.py",
        "elsewhere/edited/__init__.py",
        "elsewhere/finder/mapped/__init__.py",
        "elsewhere/finder/mapped/deep.py",
    ):
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    (tmp_path / "site" / "edited.pth").write_text(f"# comment\nimport os\n{tmp_path / 'elsewhere'}\n/no/such/place\n")
    mapped = str(tmp_path / "elsewhere" / "finder" / "mapped").replace("\\", "\\\\")
    finder = f"import sys\nMAPPING: dict[str, str] = {{'mapped': '{mapped}'}}\nNAMESPACES: dict = {{}}\n"
    (tmp_path / "site" / "__editable___mapped_finder.py").write_text(finder)
    return tmp_path


def project(tree) -> ImportResolver:
    return ImportResolver(Sources(), [str(tree / "ws")], [str(tree / "extra")], [str(tree / "site")])


@pytest.mark.parametrize(
    ("module", "path"),
    [
        ("train", "ws/train.py"),
        ("nets", "ws/nets/__init__.py"),
        ("nets.unet", "ws/nets/unet.py"),
        ("nets.parts.conv", "ws/nets/parts/conv.py"),
        ("tool.core", "ws/src/tool/core.py"),
        ("added", "extra/added.py"),
        ("timm", "site/timm/__init__.py"),
        ("timm.layers", "site/timm/layers.py"),
        ("both", "site/both/__init__.py"),
        ("space", "ws/space"),
        ("space.inner.leaf", "ws/space/inner/leaf.py"),
        ("data", "site/data/__init__.py"),
        ("edited", "elsewhere/edited/__init__.py"),
        ("mapped", "elsewhere/finder/mapped/__init__.py"),
        ("mapped.deep", "elsewhere/finder/mapped/deep.py"),
        ("stubs", None),
        ("fast", None),
        ("nets.nothing", None),
        ("helpers", None),
        ("", None),
        ("a..b", None),
        ("../train", None),
    ],
)
def test_absolute_imports(tree, module, path):
    found = project(tree).find(module)
    assert found == (os.path.join(str(tree), *path.split("/")) if path else None)


def test_a_script_imports_its_neighbours(tree):
    script = str(tree / "ws" / "scripts" / "run.py")
    assert project(tree).find("helpers", script) == str(tree / "ws" / "scripts" / "helpers.py")


def test_a_file_in_a_package_does_not_shadow_a_library(tree):
    inside = str(tree / "ws" / "nets" / "unet.py")
    outside = ImportResolver(Sources(), [], [], [str(tree / "site")])
    assert outside.find("nets.parts", inside) == str(tree / "ws" / "nets" / "parts" / "__init__.py")


def test_relative_imports(tree):
    found = project(tree)
    conv = str(tree / "ws" / "nets" / "parts" / "conv.py")
    parts = os.path.dirname(conv)
    nets = os.path.dirname(parts)
    assert found.resolve_relative(conv, 1, None) == os.path.join(parts, "__init__.py")
    assert found.resolve_relative(conv, 1, "conv") == conv
    assert found.resolve_relative(conv, 2, "unet") == os.path.join(nets, "unet.py")
    assert found.resolve_relative(conv, 3, "train") == str(tree / "ws" / "train.py")
    assert found.resolve_relative(conv, 2, "nothing") is None
    assert found.resolve_relative(conv, 99, "nothing") is None
    assert found.resolve_relative(os.path.join(parts, "__init__.py"), 1, "conv") == conv


def test_a_file_of_a_package_does_not_import_itself(tree):
    found = project(tree)
    importer = str(tree / "ws" / "nets" / "timm.py")
    assert found.find("timm", importer) == str(tree / "site" / "timm" / "__init__.py")
    assert found.find("unet", importer) == str(tree / "ws" / "nets" / "unet.py")


def test_submodules(tree):
    found = project(tree)
    nets = str(tree / "ws" / "nets")
    assert found.submodule(os.path.join(nets, "__init__.py"), "unet") == os.path.join(nets, "unet.py")
    assert found.submodule(str(tree / "ws" / "space"), "inner") == str(tree / "ws" / "space" / "inner")
    assert found.submodule(os.path.join(nets, "unet.py"), "timm") is None


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("ws/train.py", "train"),
        ("ws/nets/__init__.py", "nets"),
        ("ws/nets/parts/conv.py", "nets.parts.conv"),
        ("ws/src/tool/core.py", "tool.core"),
        ("ws/space/inner/leaf.py", "space.inner.leaf"),
        ("site/timm/layers.py", "timm.layers"),
        ("elsewhere/alone.py", "alone"),
    ],
)
def test_module_names(tree, path, name):
    assert project(tree).module_name(os.path.join(str(tree), *path.split("/"))) == name


def test_a_new_file_is_found_after_forgetting(tree):
    sources = Sources()
    found = ImportResolver(sources, [str(tree / "ws")])
    assert found.find("later") is None
    sources.overlay(str(tree / "ws" / "later.py"), "x = 1\n")
    found.forget()
    assert found.find("later") == str(tree / "ws" / "later.py")


def test_workspace_root(tree):
    assert workspace_root(str(tree / "ws" / "nets" / "parts" / "conv.py")) == str(tree / "ws")
    assert workspace_root(str(tree / "ws" / "nets")) == str(tree / "ws")
    (tree / "extra" / ".git").mkdir()
    assert workspace_root(str(tree / "extra" / "added.py")) == str(tree / "extra")


def test_standard_library():
    assert is_stdlib("os.path")
    assert not is_stdlib("torch.nn")
