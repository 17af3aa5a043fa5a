"""The paper scale from end to end, on tiny checkpoints of exactly its architectures."""

from dataclasses import replace
from functools import partial
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from made_up_checkpoints import write_made_up_checkpoint
from made_up_data import write_made_up_data
from torch import nn
from transformers import get_linear_schedule_with_warmup

from crosslab import training
from crosslab.arms import PAPER_ARMS
from crosslab.claims import bars
from crosslab.config import AdversarialConfig, CopiesConfig, OptimizerConfig
from crosslab.data import folder_and_hub
from crosslab.data.catalogue import CARDS
from crosslab.data.hub import HubSource
from crosslab.errors import DataError, StoreError
from crosslab.experiments import CHECKPOINTS, experiments_of
from crosslab.grafting.measures import word_translations
from crosslab.identity.data import revisions_of
from crosslab.pretrained import load_pretrained
from crosslab.records import Store
from crosslab.running import run
from crosslab.runs import chosen_runs, planned_runs
from crosslab.scales import SCALES, study_config
from crosslab.vocabularies.choosing import Lexicon

TARGETS = ("de", "zh")
ROWS, BATCH = 24, 16
PAPER = study_config("paper")


def tiny():
    """Return the paper scale with next to nothing of everything but its architectures."""
    return replace(
        PAPER,
        checkpoints={
            key: replace(each, measured=20, threads=1) for key, each in PAPER.checkpoints.items()
        },
        tasks={
            name: replace(
                task,
                targets=TARGETS,
                train=ROWS,
                test=12,
                pairs_per_item=6,
                copies=CopiesConfig(copies=2, epochs=1),
                finetune=replace(
                    task.finetune,
                    epochs=1,
                    batch=BATCH,
                    look_every=1,
                    threads=1,
                    optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=0),
                ),
            )
            for name, task in PAPER.tasks.items()
        },
        methods=replace(PAPER.methods, adversarial=AdversarialConfig(radius=1.0, plain_share=0.0)),
        seeds=1,
        longest_input=64,
    )


class Rows(dict):
    """Columns as the library of the hub gives them."""

    def __init__(self, columns):
        super().__init__(columns)
        self.column_names = list(columns)
        self.info = SimpleNamespace(download_checksums={})


def from_the_hub(name, config, **options):
    """Return rows of a training set as the hub gives them."""
    hub = next(each.hub for each in CARDS.values() if each.hub and each.hub.name == name)
    sentences = [
        f"the baker greets the {('mason', 'potter')[row % 2]} in the garden" for row in range(ROWS)
    ]
    labels = [row % len(hub.codes) for row in range(ROWS)]
    known = {"first": sentences, "second": sentences[::-1], "label": labels, "id": range(ROWS)}
    columns = {theirs: list(known[ours]) for ours, theirs in hub.columns.items()}

    return Rows(columns)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """A folder of data with a checkpoint of every kind among its models."""
    folder = write_made_up_data(tmp_path_factory.mktemp("data"))
    for config in PAPER.checkpoints.values():
        write_made_up_checkpoint(folder / "models" / config.name, config.model_type)
    return folder


@pytest.fixture(scope="module", autouse=True)
def tiny_paper(one_thread):
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(SCALES, "paper", tiny())
        patch.setattr(folder_and_hub, "HubSource", partial(HubSource, from_the_hub))
        for key in ("pawsx", "xnli"):
            card = CARDS[key]
            few = replace(card.splits["train"], rows={"en": ROWS})
            patch.setitem(CARDS, key, replace(card, splits={**card.splits, "train": few}))
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_paper, data):
    folder = tmp_path_factory.mktemp("results")
    run("pretraining", "paper", arms=CHECKPOINTS, seed=0, results=str(folder), data=str(data))
    return folder


@pytest.fixture(scope="module")
def made(root, data):
    """Returns the record of a run, which is made unless it is there, and its answers."""

    def make(experiment, arm):
        run(experiment, "paper", arms=[arm], seed=7, results=str(root), data=str(data))
        (planned,) = chosen_runs(
            experiment, "paper", (arm,), (7,), revisions_of("paper", str(data))
        )
        return Store(root).record(planned.unit), Store(root).answers(planned.unit)

    return make


# Golden: what the released scripts of the paper set (github.com/uclanlp/Robust-XLT, scripts/)


def test_every_setting_of_the_released_scripts_is_held():
    for name, copies, epochs, look_every in (("paraphrase", 10, 3, 500), ("nli", 3, 1, 1000)):
        task = PAPER.tasks[name]
        finetune, optimizer = task.finetune, task.finetune.optimizer
        assert optimizer.learning_rate == 2e-5
        assert optimizer.warm_up_steps == 0
        assert optimizer.weight_decay == 0.0
        assert optimizer.clip_norm == 1.0
        assert finetune.batch == 32
        assert finetune.look_every == look_every
        assert finetune.epochs == 5  # of the script that theirs were made from; see scales.py
        assert finetune.precision == "bfloat16"  # where theirs had half precision
        assert finetune.oracle_items is None
        assert not finetune.frozen_embeddings
        assert (task.copies.copies, task.copies.epochs) == (copies, epochs)
        assert task.card == task.training
        assert task.parts == ("train",)
    assert PAPER.longest_input == 128
    assert PAPER.first_seed == 7
    parts = {key: each.accumulation for key, each in PAPER.checkpoints.items()}
    assert {key: 32 // each for key, each in parts.items()} == {
        "mbert": 8,
        "xlm-r-base": 8,
        "xlm-r-large": 2,
        "xlm-100": 2,
    }
    assert [each.name for each in PAPER.checkpoints.values()] == [
        "bert-base-multilingual-cased",
        "xlm-roberta-base",
        "xlm-roberta-large",
        "xlm-mlm-100-1280",
    ]


def test_the_sizes_of_the_data_and_the_number_of_updates_are_those_of_the_paper():
    paraphrase, nli = PAPER.tasks["paraphrase"], PAPER.tasks["nli"]
    assert (paraphrase.train, nli.train) == (49_401, 392_702)
    assert (len(paraphrase.targets) + 1) ** 2 == 49
    assert (len(nli.targets) + 1) ** 2 == 225
    # The literature chapter has 46,313 for PAWS-X: copies times epochs over the batch, cut at the
    # end. A loader makes a last, smaller batch in every epoch, which is what is counted here.
    for task, updates in ((paraphrase, 46_314), (nli, 36_816)):
        copied = task.copies.copies * task.train
        assert task.copies.epochs * -(-copied // task.finetune.batch) == updates
        languages = len(task.targets) + 1
        assert task.pairs_per_item == languages * (languages - 1)


def test_the_learning_rate_falls_as_in_the_script_and_parts_of_a_batch_add_up(no_report):
    """Against a loop written out as the released script runs, part by part."""
    steps, parts = 6, 4
    rng = torch.Generator().manual_seed(0)
    inputs = torch.randn((steps, parts, 8, 3), generator=rng)
    ours, theirs = nn.Linear(3, 1), nn.Linear(3, 1)
    theirs.load_state_dict(ours.state_dict())

    adam = torch.optim.AdamW(theirs.parameters(), lr=2e-5, eps=1e-8, weight_decay=0.0)
    schedule = get_linear_schedule_with_warmup(adam, 0, steps)
    rates = []
    for update in inputs:
        for part in update:
            (theirs(part).square().mean() / parts).backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), 1.0)
        rates.append(schedule.get_last_lr()[0])
        adam.step()
        schedule.step()
        theirs.zero_grad()

    seen = []
    original = torch.optim.AdamW.step

    def step(self, *arguments, **named):
        seen.append(self.param_groups[0]["lr"])
        return original(self, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", step)
        training.train(
            ours,
            ([(part, 1 / parts) for part in update] for update in inputs),
            lambda part, _: ours(part).square().mean(),
            steps=steps,
            optimizer=PAPER.tasks["nli"].finetune.optimizer,
            report=no_report,
        )
    assert seen == pytest.approx(rates)
    for mine, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(mine, other, atol=1e-9)


# Encoders


@pytest.mark.parametrize("key", CHECKPOINTS)
def test_a_checkpoint_is_recorded_with_its_hashes_and_how_it_lines_up(root, data, key):
    (planned,) = chosen_runs("pretraining", "paper", (key,), (), revisions_of("paper", str(data)))
    record = Store(root).record(planned.unit)
    assert set(record.metrics["encoder"]) == {"config.json", "model.safetensors"}
    assert 0 <= record.metrics["found: flores"] <= 1
    assert 0 < record.metrics["distance: tatoeba"] < 2
    assert set(Store(root).answers(planned.unit)["first"]) == set(TARGETS)
    assert "dictionaries" not in planned.settings["data"]  # which are not on the hub
    assert (Store(root).folder(planned.unit) / "map.parquet").exists()


def test_a_language_of_which_no_word_is_known_is_left_empty_and_breaks_nothing(vocabulary_of_none):
    encoder, vocabulary = vocabulary_of_none
    known = Lexicon(language="de", english={"a": ("one",)}, held_out={"b": ("one", "two")})
    assert len(word_translations(encoder, vocabulary, {"de": known})) == 0


def test_a_checkpoint_that_was_exchanged_since_is_refused(root, data, made):
    weights = data / "models" / "xlm-roberta-base" / "model.safetensors"
    before = weights.read_bytes()
    weights.write_bytes(before[:-4] + b"\0\0\0\1")
    try:
        with pytest.raises(StoreError, match="other weights than"):
            made("transfer-nli-xlm-r-base", "smoothing-noise")
    finally:
        weights.write_bytes(before)


def test_a_run_without_folder_and_network_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(DataError, match="--data"):
        run("pretraining", "paper", arms=["mbert"], seed=0, results=str(tmp_path))


@pytest.fixture
def vocabulary_of_none(data):
    """An encoder, and its vocabulary as if it knew no word."""
    loaded = load_pretrained(data / "models" / "bert-base-multilingual-cased")
    loaded.vocabulary.knows = lambda *_: False
    return loaded.encoder, loaded.vocabulary


# Arms


@pytest.mark.parametrize("arm", PAPER_ARMS)
def test_every_arm_runs_on_mbert(made, arm):
    record, answers = made("transfer-nli", arm)
    languages = ("en", *TARGETS)
    cells = answers.groupby(["first", "second"], observed=True).size()
    assert set(cells.index) == set(product(languages, repeat=2))
    assert set(cells) == {12}  # all items in all pairs
    copies = 2 if arm in {"clean-matched", "smoothing-synonyms-static-released"} else 1
    updates = -(-copies * ROWS // BATCH)
    assert record.metrics["updates"] == updates
    assert [look["update"] for look in record.metrics["checkpoints"]] == [*range(1, updates + 1)]
    assert record.settings["accumulation"] == 4
    assert record.machine["device"] == "cpu" or "NVIDIA" in record.machine["device"]


@pytest.mark.parametrize("key", CHECKPOINTS[1:])
@pytest.mark.parametrize("arm", ["standard", "adversarial", "smoothing-synonyms", "code-switch"])
def test_every_architecture_runs_with_noise_and_with_other_words(made, key, arm):
    record, answers = made(f"transfer-paraphrase-{key}", arm)
    assert np.isfinite(record.metrics["final_loss"])
    assert len(answers) == 9 * answers["item"].nunique()
    standard, _ = made(f"transfer-paraphrase-{key}", "standard")
    assert (record.metrics["final_loss"] == standard.metrics["final_loss"]) == (arm == "standard")


def test_the_training_items_of_the_hub_are_part_of_what_a_run_is(made):
    record, _ = made("transfer-nli", "standard")
    assert record.settings["hub"] == {"xnli": CARDS["xnli"].hub.revision}
    (card,) = (each for each in record.data if each.name == "real-nli")
    assert card.details["counts"]["train"] == [ROWS / 3] * 3


# Plans


def test_the_plan_has_every_encoder_task_arm_and_seed():
    units = [each.unit for each in planned_runs("paper")]
    assert len(experiments_of("paper")) == 2 * len(CHECKPOINTS)
    plain = len(CHECKPOINTS) * (1 + 2 * len(PAPER_ARMS))  # of a scale of one seed
    barred = 2 * 2 * (PAPER.barred_seeds - 1)  # plain fine-tuning and an arm of the bars, two tasks
    assert len(units) == plain + barred
    assert len({each.fingerprint for each in units}) == len(units)


def test_the_arms_that_bars_compare_have_the_seeds_that_find_the_claimed_gain():
    barred = {
        (each.unit.experiment, each.unit.arm)
        for each in planned_runs("paper")
        if each.unit.seed >= PAPER.first_seed + 5
    }
    assert barred == {
        (f"transfer-{task}", arm)
        for task in ("paraphrase", "nli")
        for arm in ("standard", "smoothing-synonyms-static-released")
    }
    compared = {(each.treated, each.control) for each in bars() if each.rung == "paper"}
    assert compared == {("smoothing-synonyms-static-released", "standard")}


def test_the_claims_are_put_to_the_encoder_of_the_paper():
    asked = {name: each.claims for name, each in experiments_of("paper").items() if each.claims}
    assert asked == {
        "transfer-paraphrase": ("gain-paraphrase", "gain-generalized"),
        "transfer-nli": ("gain-nli", "gain-generalized"),
    }
    assert {experiments_of("paper")[name].encoder for name in asked} == {"mbert"}
