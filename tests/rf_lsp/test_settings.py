"""Settings: the nearest file counts, whole; what is wrong is told with a suggestion."""

from __future__ import annotations

import json

import pytest

from rf_lsp.errors import UsageError
from rf_lsp.settings import KEYS, Settings, find, load, schema


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return str(path)


def test_the_nearest_file_counts_whole(tmp_path):
    write(tmp_path / "pyproject.toml", '[tool.rf-lsp]\nselect = ["RF1"]\nignore = ["RF103"]\n')
    inner = write(tmp_path / "a" / "rf-lsp.toml", 'ignore = ["RF2"]\n')
    (tmp_path / "a" / "b").mkdir()
    assert find(str(tmp_path / "a" / "b")) == inner
    settings = load(inner)
    assert (settings["select"], settings["ignore"]) == (None, ["RF2"])


def test_a_pyproject_without_our_table_is_passed_over(tmp_path):
    outer = write(tmp_path / "rf-lsp.toml", "required-coverage = 0.5\n")
    write(tmp_path / "a" / "pyproject.toml", "[project]\nname = 'rf-lsp-user'\n")
    assert find(str(tmp_path / "a")) == outer


def test_extend_takes_the_keys_that_are_not_given(tmp_path):
    write(tmp_path / "base" / "rf-lsp.toml", 'ignore = ["RF103"]\nsearch-paths = ["lib"]\ntarget-size = 96\n')
    path = write(tmp_path / "rf-lsp.toml", 'extend = "base/rf-lsp.toml"\ntarget-size = [32, 64]\n')
    settings = load(path)
    assert settings["ignore"] == ["RF103"]
    assert settings.target_size == (32, 64)
    assert settings.path(settings["search-paths"][0]) == str(tmp_path / "base" / "lib")


def test_nothing_extends_itself(tmp_path):
    with pytest.raises(UsageError, match="extends itself"):
        load(write(tmp_path / "rf-lsp.toml", 'extend = "rf-lsp.toml"\n'))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "required_coverage = 0.5",
            "unknown settings key 'required_coverage'; did you mean 'required-coverage'",
        ),
        ("required-coverage = 2", "'required-coverage' must be a number above 0, at most 1"),
        ("required-coverage = true", "'required-coverage' must be a number"),
        ('ignore = ["RF999"]', "'ignore' item 'RF999' is an unknown rule"),
        ('default-input = "1x3xx"', "'default-input' is an impossible shape"),
        ('[severity]\nRF101 = "fatal"', "entry 'RF101' must be one of error, warning, information, off"),
        ("[hints]\nshapes = true", "unknown settings key 'hints.shapes'; did you mean 'hints.shape'"),
        (
            '[[models]]\ntarget = "a.py"\nmax-params = 3',
            "has no key 'max-params'; did you mean 'max-parameters'",
        ),
        ("[[models]]\nmax-parameters = 3", "needs a target"),
        ("select = ", "is not valid TOML"),
    ],
)
def test_what_is_wrong_is_told(tmp_path, text, sentence):
    with pytest.raises(UsageError) as error:
        load(write(tmp_path / "rf-lsp.toml", text))
    assert sentence in str(error.value) and str(tmp_path) in str(error.value)


def test_the_example_of_the_documentation(tmp_path):
    path = write(
        tmp_path / "rf-lsp.toml",
        'required-coverage = 0.5\n[[models]]\ntarget = "nets/unet.py::UNet(3, 2)"\ninput = ["1x3x512x512"]\n'
        '[layers."mylib.ConvBNAct"]\nlike = "torch.nn.Conv2d"\n[hints]\nposition = "end-of-line"\n',
    )
    settings = load(path)
    assert settings["models"][0]["input"] == ["1x3x512x512"]
    assert settings["layers"] == {"mylib.ConvBNAct": {"like": "torch.nn.Conv2d"}}
    assert settings["hints.position"] == "end-of-line"


def test_every_default_is_a_value_that_is_allowed():
    for key in KEYS:
        assert key.default is None or key.kind.wrong(key.default) is None, key.name


def test_the_schema_knows_every_key():
    properties = schema()["properties"]
    for key in KEYS:
        group, _, name = key.name.rpartition(".")
        assert name in (properties[group]["properties"] if group else properties)
    json.dumps(schema())


def test_defaults_without_a_file():
    assert Settings()["required-coverage"] == 1.0


def test_config_lists_every_key(run):
    out = run("config").out
    assert all(f"{key.name}: " in out for key in KEYS)
    assert json.loads(run("config", "--format", "json-schema").out) == schema()
    assert run("config", "nonsense").code == 2


def test_show_settings(run, tmp_path):
    write(tmp_path / "rf-lsp.toml", 'ignore = ["RF103"]\n')
    out = run("check", "--show-settings", "--ignore", "RF2").out
    assert f"# {tmp_path / 'rf-lsp.toml'}" in out
    assert 'ignore = ["RF103", "RF2"]' in out


@pytest.mark.usefixtures("fake", "net")
def test_settings_reach_the_rules(run, tmp_path):
    write(tmp_path / "rf-lsp.toml", '[severity]\nchannel-mismatch = "warning"\nRF101 = "off"\n')
    assert [f["severity"] for f in json.loads(run("check", "--format", "json").out)["findings"]] == ["warning"]
    write(tmp_path / "rf-lsp.toml", 'select = ["RF2"]\n[per-file-ignores]\n"n*.py" = ["RF201"]\n')
    assert json.loads(run("check", "--format", "json").out)["findings"] == []
    write(tmp_path / "rf-lsp.toml", '[[models]]\ntarget = "net.py::model"\nmax-parameters = 1000\n')
    assert "RF405" in run("check", "--format", "concise").out
    write(tmp_path / "rf-lsp.toml", "unknown = 1\n")
    assert run("check").code == 2
