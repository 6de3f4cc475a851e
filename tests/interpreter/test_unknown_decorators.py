"""Definitions under decorators that cannot be found: which arguments they take is not known, what they say is."""

from __future__ import annotations

import pytest

from analyzers.unknown import Unknown
from tests.interpreter.agreement import module_of
from tests.models.analysed import HEADER, facts_of, model_of, outputs_of

IMPORTS = "import torch.nn as nn\nimport hydra, gin\nfrom elsewhere import task, ex\n\n\n"


@pytest.mark.parametrize(
    "source",
    [
        "@hydra.main(config_path='conf')\ndef main(cfg):\n    print(nn.Linear(cfg.n, 10))\n\n\nmain()\n",
        "@ex.automain\ndef main(width, depth):\n    return nn.Linear(width, depth)\n\n\nmain(3)\n",
        "@task\ndef f(n):\n    return n\n\n\nf()\nf(1, 2)\nf(1, queue='a')\nf.delay(3)\n",
        "class A:\n    @task\n    def f(self, n):\n        return n\n\n\nA().f()\nA().f(1, 2, 3)\nA().f.retry()\n",
        "@gin.configurable\nclass Net(nn.Module):\n    def __init__(self, width):\n        super().__init__()\n"
        "        self.fc = nn.Linear(4, width)\n\n\nnet = Net()\nother = Net(3, 4)\nNet.launch()\nnet.start()\n",
        "@gin.configurable\nclass Config:\n    pass\n\n\nConfig(3)\nConfig(n=4).n\n",
    ],
)
def test_no_argument_is_an_error(tmp_path, source):
    facts = facts_of(tmp_path, IMPORTS + source + "if __name__ == '__main__':\n    pass\n")
    problems = [*facts.problems, *(problem for model in facts.models for problem in model.problems)]
    assert problems == []


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("@task\ndef f(n):\n    return n + 1\n\n\nx = f(1)\n", 2),
        ("@task\ndef f(n, m):\n    return m\n\n\nx = f(1)\n", ...),
        ("@task\ndef f(n, m):\n    return n\n\n\nx = f(1)\n", 1),
        ("@task\ndef f(n):\n    return n\n\n\nx = f(1, 2)\n", ...),
        ("@task\ndef f(n):\n    return n\n\n\nx = f.name\n", ...),
        ("@task\ndef f(n):\n    return n\n\n\nx = hasattr(f, 'delay')\n", ...),
        ("@task\ndef f(n):\n    return n\n\n\nx = f.__name__\n", "f"),
        ("@task\nclass A:\n    n = 1\n\n\nx = A.n\n", 1),
        ("@task\nclass A:\n    n = 1\n\n\nx = hasattr(A(), 'm')\n", ...),
        ("def known(f):\n    return f\n\n\n@known\ndef f(n):\n    return n\n\n\nx = hasattr(f, 'delay')\n", False),
    ],
)
def test_what_is_known(tmp_path, source, value):
    path = tmp_path / "main.py"
    path.write_text(IMPORTS + source, encoding="utf-8")
    _, module = module_of(path)
    found = module.look_up("x")
    assert isinstance(found, Unknown) if value is ... else found == value


def test_a_forward_is_followed(tmp_path):
    source = """from elsewhere import fp16


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(4, 2)

    @fp16(apply_to=("x",))
    def forward(self, x):
        return self.fc(x)
"""
    net = model_of(tmp_path, HEADER + source, inputs=("1x4",))
    assert (net.parameters, outputs_of(net)) == (10, ["1x2"])
