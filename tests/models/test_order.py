"""In which order the models of a file are looked at where somebody looks at the file."""

from __future__ import annotations

from analyzers.analysis import Analyzer
from analyzers.facts import ModelFact
from analyzers.request import Request, WorkspaceOptions
from analyzers.source.sources import Sources

COUNT = 12
LINES = 9
TEXT = "from torch import nn\n\n" + "".join(
    f"""class Net{number}(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Conv2d(3, {number + 1}, 3)

    def forward(self, x):
        return self.layer(x)


"""
    for number in range(COUNT)
)


def line_of(number: int) -> int:
    return 2 + LINES * number


def order_of(tmp_path, views: list[tuple[int, int] | None], **options) -> list[str]:
    """The names of the models in the order they become known; each time the next of ``views`` is on the screen."""
    path = tmp_path / "nets.py"
    path.write_text(TEXT)
    found: list[str] = []

    def done(fact: ModelFact) -> None:
        found.append(fact.name)
        if len(views) > 1:
            views.pop(0)

    request = Request(str(path), done=done, view=lambda: views[0], **options)
    facts = Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(request)
    assert [model.name for model in facts.models] == [f"Net{number}" for number in range(COUNT)]
    return found


def test_what_is_on_the_screen_comes_first(tmp_path):
    found = order_of(tmp_path, [(line_of(3), line_of(4) + 2)])
    assert set(found[:2]) == {"Net3", "Net4"}
    assert found[2:] == [f"Net{number}" for number in reversed(range(COUNT)) if number not in (3, 4)]


def test_the_screen_may_move_meanwhile(tmp_path):
    found = order_of(tmp_path, [None, (line_of(5), line_of(5)), (line_of(0), line_of(0))])
    assert found[:3] == [f"Net{COUNT - 1}", "Net5", "Net0"]


def test_what_was_edited_comes_before_it(tmp_path):
    found = order_of(tmp_path, [(line_of(3), line_of(3))], first=("Net7",))
    assert found[:2] == ["Net7", "Net3"]


def test_what_may_be_a_part_waits_for_its_model(tmp_path):
    path = tmp_path / "nets.py"
    whole = (
        "class Whole(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = Net0()\n\n"
    )
    path.write_text(f"{TEXT}{whole}    def forward(self, x):\n        return self.net(x)\n")
    found: list[str] = []
    request = Request(str(path), done=lambda fact: found.append(fact.name), view=lambda: (line_of(0), line_of(0)))
    Analyzer(Sources(), WorkspaceOptions(roots=[str(tmp_path)])).analyze(request)
    assert found[0] == "Whole" and "Net0" not in found
