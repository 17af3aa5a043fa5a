"""Runs share the GPUs of a machine, one run to a GPU, and say when memory is short."""

import subprocess
import sys
import textwrap
import threading

import pytest
import torch

from crosslab.devices import claimed, device, device_name, memory_of, precision_here
from crosslab.errors import RunError, UsageError


def test_without_a_gpu_a_run_computes_on_the_processor(tmp_path):
    with claimed(1, [], tmp_path) as own:
        assert own == []
    if not torch.cuda.is_available():
        assert device() == "cpu"
    assert device_name(0) == "cpu"


@pytest.mark.parametrize(
    ("has", "computed", "said"),
    [
        (True, "bfloat16", "Some GPU"),
        (False, "float32", "Some GPU, without bfloat16: float32"),
    ],
)
def test_a_gpu_without_bfloat16_computes_in_float32_and_the_record_says_so(
    monkeypatch, has, computed, said
):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Some GPU")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: has)
    assert precision_here("bfloat16") == computed
    assert precision_here("float32") == "float32"
    assert device_name(1) == said
    assert device_name(4) == f"4 x {said}"


def test_a_processor_computes_as_asked(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert precision_here("bfloat16") == "bfloat16"
    assert precision_here("float32") == "float32"


def test_two_runs_hold_different_gpus_and_give_them_back(tmp_path):
    with claimed(1, [0, 1], tmp_path) as one, claimed(1, [0, 1], tmp_path) as other:
        assert sorted([*one, *other]) == [0, 1]
    with claimed(2, [0, 1], tmp_path) as both:
        assert both == [0, 1]


def test_a_run_waits_until_a_gpu_is_free(tmp_path, monkeypatch):
    monkeypatch.setattr("crosslab.devices._POLL_SECONDS", 0.01)
    held, waiting = threading.Event(), threading.Event()
    order = []

    def other():
        held.wait(10)
        with claimed(1, [0], tmp_path):
            order.append("other")

    thread = threading.Thread(target=other)
    thread.start()
    with claimed(1, [0], tmp_path):
        held.set()
        waiting.wait(0.2)
        order.append("one")
    thread.join(10)
    assert order == ["one", "other"]


def test_the_system_gives_back_the_gpu_of_a_killed_run(tmp_path):
    code = f"""
        import os
        from pathlib import Path
        from crosslab.devices import claimed
        with claimed(1, [0], Path({str(tmp_path)!r})) as own:
            print(own, flush=True)
            os.kill(os.getpid(), 9)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[0]"
    with claimed(1, [0], tmp_path) as own:
        assert own == [0]


def test_more_gpus_than_there_are_is_refused_with_their_number(tmp_path):
    with pytest.raises(UsageError, match="--gpus 2"), claimed(3, [0, 1], tmp_path):
        pass


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB."),
        MemoryError(),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried 8 GB"),
    ],
)
def test_what_does_not_fit_into_memory_says_what_to_do(error):
    said = "needs more memory.*--cores.*--gpus.*accumulation"
    with pytest.raises(RunError, match=said), memory_of("transfer-nli standard seed 7"):
        raise error


def test_other_errors_stay_what_they_are():
    with pytest.raises(RuntimeError, match="shape"), memory_of("a run"):
        raise RuntimeError("shape mismatch")
