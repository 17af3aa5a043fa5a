import shutil
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from crosslab.arms import ARMS, SWEPT
from crosslab.checkpoints import BEST_SOURCE_DEV, CHECKPOINTS, ORACLE, prediction_column
from crosslab.config import CopiesConfig, EncoderConfig, MechanismConfig, TaskConfig
from crosslab.errors import StoreError
from crosslab.evaluation import probabilities
from crosslab.experiments import EXPERIMENTS
from crosslab.finetuning import Finetuned, Kept
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.making import laboratory as making
from crosslab.making.made import WEIGHTS, summary
from crosslab.materials.laboratory import lab_material
from crosslab.mechanism import RANDOM, WORST
from crosslab.models import classifier
from crosslab.pretraining import restored
from crosslab.records import ANSWERS, Store
from crosslab.running import run
from crosslab.runs import chosen_runs
from crosslab.scales import SCALES, study_config

KEYS = ("ave", "bor", "cym")
ENCODER = EncoderConfig(hidden=16, layers=1, heads=2, feed_forward=32)


def tiny(scale):
    """Return the configuration of a scale with next to nothing of everything."""
    config = study_config(scale)
    languages = tuple(replace(each, sentences=150) for each in config.lab.languages[:3])
    return replace(
        config,
        lab=replace(config.lab, languages=languages),
        encoder=ENCODER,
        pretrain=replace(config.pretrain, steps=10),
        task=TaskConfig(train=100, dev=20, test=12),
        finetune=replace(
            config.finetune,
            epochs=2,
            checkpoints=2,
            oracle_items=5 if config.finetune.oracle_items else None,
        ),
        methods=replace(config.methods, copies=CopiesConfig(copies=2, epochs=1)),
        mechanism=MechanismConfig(
            items=8, voted_items=5, radii=(0.0, 0.5), choosing_draws=2, counted_draws=5
        ),
    )


@pytest.fixture(scope="module", autouse=True)
def tiny_scales():
    with pytest.MonkeyPatch.context() as patch:
        for scale in ("smoke", "tuning"):
            patch.setitem(SCALES, scale, tiny(scale))
        yield


@pytest.fixture(scope="module")
def root(tmp_path_factory, tiny_scales, one_thread):
    """A results folder with the encoders of both scales."""
    folder = tmp_path_factory.mktemp("results")
    for scale in ("smoke", "tuning"):
        run("pretraining", scale, arms=["mbert"], seed=0, results=str(folder))
    return folder


def made(root, experiment, arm, scale="smoke"):
    """Return the record of a run, which is made unless it is there, its answers and its folder."""
    seed = study_config(scale).first_seed
    run(experiment, scale, arms=[arm], seed=seed, results=str(root))
    (planned,) = chosen_runs(experiment, scale, (arm,), (seed,))
    store = Store(root)
    return store.record(planned.unit), store.answers(planned.unit), store.folder(planned.unit)


def dev_and_test(scale, task):
    config = study_config(scale)
    return task_items(laboratory(config.lab), TASKS[task], config.task)


# The matrix


@pytest.mark.parametrize("experiment", ["transfer-paraphrase", "transfer-nli"])
def test_every_test_item_is_answered_in_every_ordered_pair_at_each_checkpoint(root, experiment):
    record, answers, _ = made(root, experiment, "standard")
    expected = dev_and_test("smoke", EXPERIMENTS[experiment].task)["test"].label
    assert set(record.files) == {ANSWERS}
    assert {prediction_column(each) for each in CHECKPOINTS} <= set(answers.columns)
    cells = answers.groupby(["first", "second"], observed=True)
    assert set(cells.groups) == set(product(KEYS, repeat=2))
    for _, cell in cells:
        assert cell["item"].tolist() == [f"test-{number:05d}" for number in range(12)]
        assert cell["gold"].tolist() == expected.tolist()


def test_the_metrics_of_a_transfer_run_are_those_of_its_answers_and_its_training(root):
    record, answers, _ = made(root, "transfer-paraphrase", "standard")
    found = dict(record.metrics)
    history = found.pop("checkpoints")
    assert found.pop("updates") == 4  # 100 items in batches of 64 are 2 updates an epoch
    assert [look["update"] for look in history] == [2, 4]
    assert all(set(look) == {"update", BEST_SOURCE_DEV, ORACLE} for look in history)
    assert found.pop("source_dev_accuracy") == history[-1][BEST_SOURCE_DEV]
    assert 0 < found.pop("final_loss") < 2
    assert found == summary(answers, "ave")


def crafted(root, task):
    """Return what training might have left: a last model, a better one before it, and both."""
    config = study_config("smoke")
    lab = laboratory(config.lab)
    (encoder,) = chosen_runs("pretraining", "smoke", ("mbert",))
    weights = (Store(root).folder(encoder.unit) / WEIGHTS).read_bytes()
    known = restored(lab, config.encoder, weights)
    last, before = (classifier(known, 3, seed) for seed in (0, 1))
    for model in (last, before):
        model.classifier.weight.data *= 1000  # a fresh head hardly tells items apart
    kept = {
        BEST_SOURCE_DEV: Kept(2, 0.9, {k: v.clone() for k, v in before.state_dict().items()}),
        ORACLE: Kept(4, 0.8, {k: v.clone() for k, v in last.state_dict().items()}),
    }
    history = [{"update": 4, BEST_SOURCE_DEV: 0.5, ORACLE: 0.8}]
    items = lab_material(lab, TASKS[task], config.task)
    return items, before, Finetuned(last, [1.0] * 4, kept, history)


def test_each_checkpoint_answers_with_its_own_weights(root, tmp_path, monkeypatch):
    items, before, tuned = crafted(root, "nli")
    last = classifier_copy(tuned.model)
    monkeypatch.setattr(making, "finetuned", lambda *_, **__: tuned)
    shutil.copytree(root / "smoke" / "pretraining", tmp_path / "smoke" / "pretraining")
    _, answers, _ = made(tmp_path, "transfer-nli", "standard")
    reader = items.split("test")
    for column, model in (
        ("prediction", last),
        ("prediction_best_source_dev", before),
        ("prediction_oracle", last),
    ):
        expected = [
            probabilities(model, reader.pairs(*pair)).argmax(axis=1)
            for pair in product(KEYS, repeat=2)
        ]
        assert np.array_equal(answers[column], np.concatenate(expected))
    assert (answers["prediction"] != answers["prediction_best_source_dev"]).any()


def classifier_copy(model):
    copied = type(model)(model.config)
    copied.load_state_dict(model.state_dict())
    return copied


# The mechanism


@pytest.fixture(scope="module")
def measured(root):
    return made(root, "mechanism", "smoothing-noise")


def test_a_mechanism_run_answers_under_noise_and_writes_distances_and_votes_beside(measured):
    record, answers, folder = measured
    assert set(record.files) == {ANSWERS, "distances.parquet", "votes.parquet"}
    cells = answers.groupby(["first", "noise", "radius"], observed=True).size()
    assert set(cells.index) == set(product(KEYS, (RANDOM, WORST), (0.0, 0.5)))
    assert set(cells) == {8}
    apart = pq.read_table(folder / "distances.parquet").to_pandas()
    assert apart.groupby("first", observed=True).size().to_dict() == {"bor": 8, "cym": 8}
    voted = pq.read_table(folder / "votes.parquet").to_pandas()
    sizes = voted.groupby(["kind", "first"], observed=True).size().to_dict()
    assert sizes == {("synonyms", "ave"): 5, **{("noise", key): 10 for key in KEYS}}
    assert set(voted["draws"]) == {5}


def test_what_is_measured_is_measured_on_the_first_test_items(measured):
    _, answers, folder = measured
    gold = dev_and_test("smoke", "paraphrase")["test"].label
    for frame, items in (
        (answers, 8),
        (pq.read_table(folder / "votes.parquet").to_pandas(), 5),
    ):
        names = [f"test-{number:05d}" for number in range(items)]
        expected = dict(zip(names, gold.tolist(), strict=False))
        assert dict(zip(frame["item"], frame["gold"], strict=True)) == expected


def test_the_accuracies_of_a_mechanism_run_are_those_without_noise(measured):
    record, answers, _ = measured
    clean = answers[(answers["radius"] == 0) & (answers["noise"] == RANDOM)]
    right = (clean["prediction"] == clean["gold"]).groupby(clean["first"], observed=True).mean()
    assert record.metrics["source_accuracy"] == pytest.approx(right["ave"])
    targets = right[["bor", "cym"]].mean()
    assert record.metrics["zero_shot_macro_accuracy"] == pytest.approx(targets)
    assert "mixed_pair_macro_accuracy" not in record.metrics


def test_measuring_begins_from_the_model_that_transfer_answers_with(root, measured):
    _, answers, _ = measured
    _, matrix, _ = made(root, "transfer-paraphrase", "smoothing-noise")
    clean = answers[(answers["radius"] == 0) & (answers["noise"] == WORST)]
    for key in KEYS:
        same = matrix[(matrix["first"] == key) & (matrix["second"] == key)]
        mine = clean[clean["first"] == key]
        assert mine["prediction"].tolist() == same["prediction"].tolist()[:8]


# The choice of settings


def test_a_tuning_run_answers_source_language_dev_items_and_nothing_else(root):
    record, answers, _ = made(root, "tuning-nli", "standard", "tuning")
    assert set(record.files) == {ANSWERS}
    assert {*answers["first"], *answers["second"]} == {"ave"}
    assert answers["item"].tolist() == [f"dev-{number:05d}" for number in range(20)]
    assert answers["gold"].tolist() == dev_and_test("tuning", "nli")["dev"].label.tolist()
    right = (answers["prediction"] == answers["gold"]).mean()
    assert record.metrics["source_dev_accuracy"] == pytest.approx(right)


def test_a_tuning_run_records_nothing_of_a_target_language_or_a_test_item(root):
    record, answers, _ = made(root, "tuning-nli", "standard", "tuning")
    assert set(record.metrics) == {"final_loss", "updates", "source_dev_accuracy", "checkpoints"}
    assert all(set(look) == {"update", BEST_SOURCE_DEV} for look in record.metrics["checkpoints"])
    assert not {prediction_column(BEST_SOURCE_DEV), prediction_column(ORACLE)} & set(answers)


# Methods


class AskedError(Exception):
    """Carries the method that a run was to be made with."""


@pytest.fixture
def asked_for(root, monkeypatch):
    """Returns the method a run would train with."""

    def stop(_, method, *__, **___):
        raise AskedError(method)

    def asked(experiment, arm, scale):
        monkeypatch.setattr(making, "finetuned", stop)
        with pytest.raises(AskedError) as caught:
            made(root, experiment, arm, scale)
        return caught.value.args[0]

    return asked


@pytest.mark.parametrize("arm", SWEPT)
def test_a_variant_trains_with_its_method_under_its_own_settings(asked_for, arm):
    method = asked_for("tuning-paraphrase", arm, "tuning")
    assert (method.key, method.config) == (SWEPT[arm].method, SWEPT[arm].settings)


@pytest.mark.parametrize("arm", [arm for arm in ARMS if arm != "standard"])
def test_an_arm_trains_with_the_method_it_is_named_after(asked_for, arm):
    assert asked_for("transfer-nli", arm, "smoke").key == arm


# Records


def test_a_recorded_run_is_read_and_not_made_again(root, monkeypatch):
    made(root, "transfer-nli", "standard")

    def again(*_, **__):
        raise AssertionError("made again")

    monkeypatch.setattr(making, "finetuned", again)
    frame = run("transfer-nli", "smoke", arms=["standard"], seed=0, results=str(root))
    assert frame[["arm", "seed"]].to_numpy().tolist() == [["standard", 0]]
    assert frame["updates"].tolist() == [4]


@pytest.mark.parametrize(
    ("experiment", "arm"), [("mechanism", "smoothing-noise"), ("transfer-nli", "standard")]
)
def test_the_same_run_writes_the_same_bytes_again(root, tmp_path, experiment, arm):
    record, _, _ = made(root, experiment, arm)
    shutil.copytree(root / "smoke" / "pretraining", tmp_path / "smoke" / "pretraining")
    again, _, _ = made(tmp_path, experiment, arm)
    assert again.files == record.files
    assert again.metrics == record.metrics


def test_an_encoder_is_recorded_with_its_weights_and_how_its_words_line_up(root):
    (planned,) = chosen_runs("pretraining", "smoke", ("mbert",))
    store = Store(root)
    record = store.record(planned.unit)
    assert set(record.files) == {ANSWERS, WEIGHTS}
    answers = store.answers(planned.unit)
    right = (answers["prediction"] == answers["gold"]).groupby(answers["first"]).mean()
    by_language = record.metrics["word_translation_by_language"]
    assert by_language == pytest.approx(right.to_dict(), abs=1e-4)
    assert record.metrics["word_translation"] == pytest.approx(right.mean())


def test_without_its_encoder_a_run_says_how_to_make_it(tmp_path):
    with pytest.raises(StoreError, match="crosslab run pretraining --scale smoke"):
        made(tmp_path, "transfer-nli", "standard")


def test_a_damaged_record_is_set_aside_and_made_again(root, tmp_path):
    shutil.copytree(root / "smoke" / "pretraining", tmp_path / "smoke" / "pretraining")
    record, _, folder = made(tmp_path, "transfer-nli", "standard")
    (folder / ANSWERS).write_bytes(b"")
    again, _, _ = made(tmp_path, "transfer-nli", "standard")
    assert again.files == record.files
    assert len(list(folder.parent.glob("*.damaged-*"))) == 1


def test_the_card_of_the_items_counts_them_by_label_and_shows_one_of_every_rule(root):
    record, _, _ = made(root, "transfer-nli", "standard")
    (card,) = record.data
    items = dev_and_test("smoke", "nli")
    assert {split: sum(counts) for split, counts in card.details["counts"].items()} == {
        "train": 100,
        "dev": 20,
        "test": 12,
    }
    rules = [example["rule"] for example in card.details["examples"]]
    assert rules == sorted(set(items["test"].rule.tolist()))
    shares = np.bincount(items["test"].label) / 12
    assert card.details["always_most_frequent"] == pytest.approx(shares.max())


def test_averages_give_every_language_and_every_pair_the_same_weight():
    right = {("ave", "ave"): 1.0, ("bor", "bor"): 0.5, ("cym", "cym"): 0.0, ("ave", "bor"): 0.5}
    rows = [
        {"first": first, "second": second, "prediction": int(number < share * 4), "gold": 1}
        for (first, second), share in right.items()
        for number in range(4)
    ]
    rows += [{"first": "bor", "second": "ave", "prediction": 1, "gold": 1}] * 2
    assert summary(pd.DataFrame(rows), "ave") == {
        "source_accuracy": 1.0,
        "zero_shot_macro_accuracy": 0.25,
        "mixed_pair_macro_accuracy": 0.75,
    }
