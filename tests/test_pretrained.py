"""Published checkpoints from a folder or the hub, and what is refused."""

import json
from dataclasses import replace

import pytest
import torch
from made_up_checkpoints import KINDS, write_made_up_checkpoint
from transformers import AutoModelForSequenceClassification

from crosslab.errors import DataError
from crosslab.models import classifier
from crosslab.pretrained import checkpoint_folder, checkpoint_hashes, load_pretrained
from crosslab.provenance import digest
from crosslab.scales import study_config

PAPER = study_config("paper").checkpoints


@pytest.fixture
def models(tmp_path):
    write_made_up_checkpoint(tmp_path / "bert-base-multilingual-cased", "bert")
    return tmp_path


@pytest.fixture
def offline(monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)


def refusal(config, models):
    with pytest.raises(DataError) as caught:
        checkpoint_folder(config, models)
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_the_body_of_a_classifier_is_what_was_published(tmp_path, kind):
    folder = write_made_up_checkpoint(tmp_path / kind, kind)
    loaded = load_pretrained(folder)
    model = classifier(loaded.encoder, 3, seed=0)
    published = AutoModelForSequenceClassification.from_pretrained(folder, num_labels=3)
    theirs = published.base_model.state_dict()
    ours = model.base_model.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], each) for name, each in theirs.items())
    assert type(model) is type(published)
    assert model.dtype == torch.float32


def test_a_checkpoint_of_the_folder_is_taken_before_any_of_the_hub(models, offline):
    assert checkpoint_folder(PAPER["mbert"], models) == models / "bert-base-multilingual-cased"


def test_without_folder_and_network_it_is_said_where_to_put_the_checkpoint(models, offline):
    told = refusal(PAPER["xlm-r-base"], models)
    for part in ("xlm-roberta-base", "hub", str(models / "xlm-roberta-base"), "--data"):
        assert part in told
    assert "--data" in refusal(PAPER["xlm-r-base"], None)


def test_a_checkpoint_of_another_architecture_is_refused(models, offline):
    other = replace(PAPER["mbert"], model_type="xlm")
    told = refusal(other, models)
    assert "'bert'" in told
    assert "'xlm'" in told


def test_other_weights_than_the_study_is_about_are_refused_with_both_hashes(models, offline):
    weights = models / "bert-base-multilingual-cased" / "model.safetensors"
    known = digest(weights.read_bytes())
    config = replace(PAPER["mbert"], sha256=known)
    assert checkpoint_folder(config, models)
    weights.write_bytes(weights.read_bytes()[:-1] + b"\1")
    told = refusal(config, models)
    assert known in told
    assert digest(weights.read_bytes()) in told


def test_several_problems_are_told_together(models, offline):
    told = refusal(replace(PAPER["mbert"], model_type="xlm", sha256="0" * 64), models)
    assert len(told.splitlines()) == 2


@pytest.mark.parametrize("gone", ["model.safetensors", "config.json"])
def test_half_a_checkpoint_is_refused(models, offline, gone):
    (models / "bert-base-multilingual-cased" / gone).unlink()
    assert "is no checkpoint" in refusal(PAPER["mbert"], models)


def refusal_to_load(folder):
    with pytest.raises(DataError) as caught:
        load_pretrained(folder)
    told = str(caught.value)
    assert str(folder) in told
    assert "fetch it again" in told
    assert len(told.splitlines()) == 1
    return told


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_configuration_that_says_nothing_is_refused(models, offline, content):
    (models / "bert-base-multilingual-cased" / "config.json").write_text(content)
    assert "says no model_type" in refusal(PAPER["mbert"], models)


@pytest.mark.parametrize("kind", KINDS)
def test_weights_that_break_off_are_refused(tmp_path, kind):
    folder = write_made_up_checkpoint(tmp_path / kind, kind)
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])
    assert "SafetensorError" in refusal_to_load(folder)


def test_layers_without_weights_are_refused_and_not_drawn_at_random(tmp_path):
    folder = write_made_up_checkpoint(tmp_path / "bert", "bert")
    config = json.loads((folder / "config.json").read_text())
    more = {**config, "num_hidden_layers": config["num_hidden_layers"] + 1}
    (folder / "config.json").write_text(json.dumps(more))
    assert f"bert.encoder.layer.{config['num_hidden_layers']}." in refusal_to_load(folder)


def test_weights_of_another_size_are_refused(tmp_path):
    folder = write_made_up_checkpoint(tmp_path / "bert", "bert")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "vocab_size": 9}))
    assert "cannot be read" in refusal_to_load(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_a_checkpoint_without_the_files_of_its_tokenizer_is_refused(tmp_path, kind):
    folder = write_made_up_checkpoint(tmp_path / kind, kind)
    for path in folder.iterdir():
        if path.name not in ("config.json", "model.safetensors"):
            path.unlink()
    refusal_to_load(folder)


class Harmful:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return self.path.write_text, ("was here",)


def test_weights_that_would_run_code_are_refused_and_run_none(tmp_path):
    folder = write_made_up_checkpoint(tmp_path / "bert", "bert")
    (folder / "model.safetensors").unlink()
    torch.save({"bert": Harmful(tmp_path / "trace")}, folder / "pytorch_model.bin")
    refusal_to_load(folder)
    assert not (tmp_path / "trace").exists()


def test_the_record_names_the_weights_and_the_configuration(models):
    folder = models / "bert-base-multilingual-cased"
    before = checkpoint_hashes(folder)
    assert set(before) == {"model.safetensors", "config.json"}
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_dropout_prob": 0.2}))
    assert checkpoint_hashes(folder) != before
