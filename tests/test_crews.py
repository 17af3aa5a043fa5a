"""Two processes that work on one run together end where one does."""

import os
from functools import partial

import pytest
import torch
from crew_work import breaking, fine_tuned, places, refusing

from crosslab.crews import together
from crosslab.errors import DataError

PLACES = (None, None)  # two processes on the processor


def test_every_process_knows_its_place_and_the_first_one_answers():
    rank, everyone, process = together(PLACES, places)
    assert (rank, everyone) == (0, [0, 1])
    assert process != os.getpid()


def test_what_one_process_refuses_is_refused_with_all_its_problems():
    with pytest.raises(DataError) as caught:
        together(PLACES, refusing)
    assert caught.value.problems == ["one thing is wrong", "and another"]


def test_an_error_nobody_thought_of_is_not_swallowed():
    with pytest.raises(Exception, match="ZeroDivisionError: in process"):
        together(PLACES, breaking)


@pytest.fixture(scope="module")
def work(smoke_lab, tiny_encoder):
    return partial(fine_tuned, tiny_encoder, smoke_lab)


@pytest.fixture(scope="module")
def alone(work):
    return work(None, key="standard")


def test_parts_added_up_over_processes_train_as_one_process_does(alone, work):
    losses, history, weights = together(PLACES, partial(work, key="standard"))
    assert losses == pytest.approx(alone[0], rel=1e-4)
    assert history == alone[1]
    for name, each in alone[2].items():
        assert torch.allclose(weights[name], each, atol=1e-4), name


def test_processes_draw_for_themselves_and_a_killed_run_goes_on_in_all(work, tmp_path):
    noisy = partial(work, key="smoothing-noise")
    whole = together(PLACES, noisy)
    path = tmp_path / "run.safetensors"
    with pytest.raises(Exception, match="KilledError"):
        together(PLACES, partial(noisy, path=path, killed_at=6))
    assert path.exists()
    again = together(PLACES, partial(noisy, path=path))
    assert again[0] == whole[0]
    assert all(torch.equal(again[2][name], each) for name, each in whole[2].items())
    other = work(None, key="smoothing-noise")
    assert other[0] != whole[0]  # two processes do not repeat each other's draws


def test_a_bookmark_of_other_processes_is_not_gone_on_from(alone, work, tmp_path):
    path = tmp_path / "run.safetensors"
    with pytest.raises(Exception, match="KilledError"):
        together(PLACES, partial(work, key="standard", path=path, killed_at=6))
    losses, _, _ = work(None, key="standard", path=path)
    assert losses == alone[0]
