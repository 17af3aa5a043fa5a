"""A run that is killed and started again ends in the bits of one that was not."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from crosslab.bookmarks import FileBookmark, seconds_kept
from crosslab.clocks import Seconds
from crosslab.config import TaskConfig
from crosslab.finetuning import finetuned
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import lab_material
from crosslab.methods import METHODS, method
from crosslab.scales import study_config

CONFIG = replace(study_config("smoke").finetune, epochs=3, checkpoints=3, accumulation=2)
METHODS_CONFIG = study_config("smoke").methods


class KilledError(Exception):
    """Stands for a machine that goes away."""


@pytest.fixture(scope="module")
def material(smoke_lab):
    return lab_material(smoke_lab, TASKS["nli"], TaskConfig(train=150, dev=20, test=1))


@pytest.fixture
def run(material, tiny_encoder, tmp_path):
    """Fine-tunes with a bookmark, killed at some update if one is given."""

    def fine_tune(key, killed_at=None, every=2, bookmarked=True):
        def bookmarking(checkpoints, draws):
            return FileBookmark(tmp_path / "run.safetensors", every, checkpoints, draws)

        def report(*, done, total, loss):
            if done == killed_at:
                raise KilledError

        encoder = tiny_encoder
        with torch.random.fork_rng():
            torch.manual_seed(len(key))  # what stands in the global generator is no matter
            tuned = finetuned(
                encoder,
                method(key, METHODS_CONFIG),
                material,
                config=CONFIG,
                seed=0,
                report=report,
                bookmarking=bookmarking if bookmarked else None,
            )
        (tmp_path / "run.safetensors").unlink(missing_ok=True)
        return tuned

    return fine_tune


@pytest.fixture(autouse=True)
def every_update_is_reported(monkeypatch):
    from crosslab import finetuning, training

    def often(*arguments, **named):
        return training.train(*arguments, **named, report_every=1)

    monkeypatch.setattr(finetuning, "train", often)


def same(one, other):
    assert one.losses == other.losses
    assert one.history == other.history
    for name in one.kept:
        mine, theirs = one.kept[name], other.kept[name]
        assert (mine.update, mine.score) == (theirs.update, theirs.score)
        assert all(torch.equal(mine.weights[key], theirs.weights[key]) for key in mine.weights)
    state = one.model.state_dict()
    assert all(torch.equal(state[key], each) for key, each in other.model.state_dict().items())


@pytest.mark.parametrize("key", METHODS)
@pytest.mark.parametrize("killed_at", [3, 6, 8])
def test_it_ends_in_the_same_bits(run, key, killed_at):
    with pytest.raises(KilledError):
        run(key, killed_at)
    same(run(key), run(key, bookmarked=False))


def test_it_goes_on_and_does_not_begin_anew(run, monkeypatch):
    with pytest.raises(KilledError):
        run("standard", 7)
    told = []
    from crosslab import finetuning, training

    def watched(*arguments, **named):
        inner = named.pop("report")

        def report(*, done, total, loss):
            told.append(done)
            inner(done=done, total=total, loss=loss)

        return training.train(*arguments, **named, report=report, report_every=1)

    monkeypatch.setattr(finetuning, "train", watched)
    run("standard")
    assert told == [7, 8, 9]


def test_a_bookmark_is_whole_or_not_there(run, tmp_path, monkeypatch):
    with pytest.raises(KilledError):
        run("standard", 3)
    before = (tmp_path / "run.safetensors").read_bytes()

    def half(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("crosslab.bookmarks.save_file", half)
    with pytest.raises(OSError, match="disk full"):
        run("standard")
    assert (tmp_path / "run.safetensors").read_bytes() == before


def test_seconds_are_those_of_all_sittings_up_to_what_was_kept(run, tmp_path, monkeypatch):
    hours = iter(range(0, 10**6, 3600))  # an hour goes by from each look at the clock to the next
    monkeypatch.setattr("crosslab.clocks.time.monotonic", lambda: float(next(hours)))
    spent = map(float, range(1, 10**6))  # and a second of a processor; a real one may be too short
    monkeypatch.setattr(
        "crosslab.clocks.os.times", lambda: SimpleNamespace(user=next(spent), system=0.0)
    )
    path = tmp_path / "run.safetensors"
    assert seconds_kept(path) == Seconds()
    with pytest.raises(KilledError):
        run("standard", 4)
    first = seconds_kept(path)
    assert first.wall == 3600  # kept after two updates; the third is lost with its time
    assert first.cpu == 1
    with pytest.raises(KilledError):
        run("standard", 8)
    second = seconds_kept(path)
    assert second.wall == first.wall + 2 * 3600
    assert second.cpu == first.cpu + 2
    assert seconds_kept(path, processes=2) == Seconds()  # two processes begin again
