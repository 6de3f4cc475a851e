"""What programs do that must not hurt: each ends in a sentence, and the next program is answered."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from analyzers.tracing.process import GIB, Limits, descendants

NET = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
    def forward(self, x):
        return self.conv(x)
"""
PICTURE = [1, 3, 8, 8]


def forward(body: str) -> str:
    return NET.replace("return self.conv(x)", body)


def test_it_is_traced(ask):
    answer = ask(NET, "Net()", PICTURE)
    assert "failure" not in answer
    assert answer["parameters"] == 112 and answer["outputs"] == [{"path": "", "shape": [1, 4, 6, 6]}]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import sys\nsys.exit(3)\n" + NET, "importing the file ends the program (sys.exit(3)) (net.py:2)"),
        ("import os\nos._exit(3)\n" + NET, "importing the file ends the process (exit code 3)"),
        ("import missing_module\n" + NET, "importing the file needs the module 'missing_module'"),
        (
            "open('weights.txt')\n" + NET,
            "importing the file needs the file weights.txt, which does not exist (net.py:1)",
        ),
        (forward("raise ValueError('no')"), "the forward pass fails: ValueError: no (net.py:10)"),
        (NET + "Net = 3\n", "Net() fails: TypeError"),
        (NET + "def Net(): return 3\n", "Net() is a int, no model"),
    ],
)
def test_what_ends_early_is_a_sentence(ask, source: str, said: str):
    failure = ask(source, "Net()", PICTURE)["failure"]
    assert said.replace("Net() fails: TypeError", "TypeError") in failure
    assert "failure" not in ask(NET, "Net()", PICTURE)


def test_a_crash_is_a_sentence_with_its_place(ask):
    failure = ask("import ctypes\nctypes.string_at(0)\n" + NET)["failure"]
    assert "importing the file crashes the interpreter (SIGSEGV)" in failure
    assert "net.py" in failure


def test_a_loop_without_end_is_ended(ask):
    answer = ask(forward("while True: pass"), "Net()", PICTURE, limits=Limits(5.0))
    assert answer["failure"].startswith("the forward pass takes longer than 5 seconds")
    assert "net.py" in answer["failure"]


def test_c_code_that_hears_no_signal_is_ended(ask):
    source = "import signal, re\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nre.match('(a*)*b', 'a' * 60)\n" + NET
    start = time.monotonic()
    assert "takes longer than 4 seconds" in ask(source, limits=Limits(4.0))["failure"]
    assert time.monotonic() - start < 40


def test_training_at_import_is_ended(ask):
    source = NET + "net = Net()\nfor step in range(10**9):\n    net(torch.zeros(1, 3, 8, 8)).sum().backward()\n"
    assert "importing the file takes longer than 5 seconds" in ask(source, limits=Limits(5.0))["failure"]


def test_a_crash_when_time_is_nearly_over_is_no_other_failure(ask):
    source = "import ctypes, time\ntime.sleep(3.8)\nctypes.string_at(0)\n" + NET
    assert "importing the file takes longer than 4 seconds" in ask(source, limits=Limits(4.0))["failure"]


def test_what_fails_behind_the_model_is_only_noted(ask):
    answer = ask(NET + "data = open('train.csv')\n", "Net()", PICTURE)
    assert "failure" not in answer
    assert "importing the file needs the file train.csv, which does not exist (net.py:11)" in answer["notes"]


def test_memory_is_limited(ask):
    answer = ask(
        forward("return torch.zeros(25 * 2**30, device='cpu').numpy()"), "Net()", PICTURE, limits=Limits(60, GIB)
    )
    assert "the forward pass needs more memory than it may have" in answer["failure"]


def test_the_memory_of_children_counts(ask):
    source = (
        "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        held = b'x' * (700 << 20); time.sleep(60)\n"
        "time.sleep(60)\n" + NET
    )
    answer = ask(source, limits=Limits(50.0, GIB), allow=["programs"])
    assert "importing the file takes more than 1 GiB of memory" in answer["failure"]


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("os.system('touch {mark}')", "starting a program (touch "),
        ("subprocess.run(['pip', 'install', 'x'])", "starting a program (pip install x)"),
        ("os.fork()", "starting a program (a copy of itself, os.fork)"),
        ("os.posix_spawn('/bin/touch', ['touch', '{mark}'], {{}})", "starting a program ("),
        ("socket.create_connection(('192.0.2.1', 80), 1)", "a connection ("),
        ("urllib.request.urlopen('http://example.invalid')", "a connection (example.invalid)"),
    ],
)
def test_programs_and_connections_are_refused(ask, tmp_path: Path, statement: str, what: str):
    mark = tmp_path / "mark"
    source = "import os, subprocess, socket, urllib.request\n" + statement.format(mark=mark) + "\n" + NET
    answer = ask(source)
    assert what in answer["failure"] and "is refused; --allow" in answer["failure"]
    assert not mark.exists()


def test_programs_can_be_allowed(ask, tmp_path: Path):
    mark = tmp_path / "mark"
    answer = ask(f"import os\nos.system('touch {mark}')\n" + NET, "Net()", PICTURE, allow=["programs"])
    assert "failure" not in answer and mark.exists()


def test_a_refusal_that_the_program_survives_is_noted(ask):
    source = "import os\ntry:\n    os.system('pip install x')\nexcept OSError:\n    pass\n" + NET
    answer = ask(source, "Net()", PICTURE)
    assert "failure" not in answer
    assert "starting a program (pip install x) was refused" in answer["notes"]


def test_a_forked_child_says_nothing_and_is_ended_with_the_worker(ask, asking):
    source = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n" + NET
    answer = ask(source, "Net()", PICTURE, allow=["programs"])
    assert "failure" not in answer
    worker = asking.worker
    children = descendants(worker._process.pid)
    assert children
    worker.end()
    time.sleep(0.2)
    assert not any(_runs(pid) for pid in children)


def _runs(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_standard_input_is_empty_and_what_is_printed_is_kept(ask):
    source = "import sys\nprint('hello', sys.stdin.read() == '')\nprint('{\"event\": \"done\"}')\n" + NET
    answer = ask(source, "Net()", PICTURE)
    assert "failure" not in answer
    assert "hello True" in answer["output"]


def test_what_is_printed_is_capped(ask):
    answer = ask("print('x' * 10**7)\n" + NET, "Net()", PICTURE)
    assert "failure" not in answer and len(answer["output"]) <= 20_000


@pytest.mark.parametrize(
    "body",
    [
        "return self.cuda().conv(x.cuda())",
        "return self.conv(x.to('cuda:0')) + torch.zeros(1, device='cuda')",
        "return self.conv(x.to(torch.device('cuda' if torch.cuda.is_available() else 'cpu')))",
        "torch.cuda.synchronize(); return self.conv(x)",
    ],
)
def test_accelerators_are_answered_by_what_there_is(ask, body: str):
    answer = ask(forward(body), "Net().cuda()", PICTURE)
    assert "failure" not in answer and answer["outputs"][0]["shape"] == [1, 4, 6, 6]


def test_a_group_of_processes_has_one_member(ask):
    source = (
        NET + "import torch.distributed as dist\ndist.init_process_group('nccl')\n"
        "from torch.nn.parallel import DistributedDataParallel as DDP\n"
        "model = DDP(Net().cuda(dist.get_rank()), device_ids=[dist.get_rank()])\n"
    )
    answer = ask(source, "model", PICTURE)
    assert "failure" not in answer and answer["layers"][0]["name"] == "module.conv"


def test_weights_are_random(ask):
    source = NET + (
        "def pretrained():\n    net = Net()\n"
        "    state = torch.hub.load_state_dict_from_url('https://example.invalid/w.pth')\n"
        "    state = {k.replace('module.', ''): v for k, v in state['model'].items()}\n"
        "    net.load_state_dict(state)\n    return net\n"
    )
    answer = ask(source, "pretrained()", PICTURE)
    assert "failure" not in answer
    assert answer["notes"] == ["weights are random, not those of https://example.invalid/w.pth"]


def test_the_parent_s_end_is_the_worker_s(ask, asking):
    ask(NET, "Net()", PICTURE)
    process = asking.worker._process
    process.stdin.close()
    process.wait(20)
    assert not asking.worker.is_alive


def test_the_program_finds_its_own_package_called_analyzers(ask, tmp_path: Path):
    package = tmp_path / "analyzers"
    package.mkdir()
    (package / "__init__.py").write_text("own = True\n")
    answer = ask("import analyzers\nassert analyzers.own\n" + NET, "Net()", PICTURE)
    assert "failure" not in answer


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="Linux")
def test_nothing_is_written_beside_the_program(ask, tmp_path: Path):
    ask(NET, "Net()", PICTURE)
    assert [path.name for path in tmp_path.iterdir()] == ["net.py"]
