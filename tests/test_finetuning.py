import copy
from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import torch

from crosslab.checkpoints import BEST_SOURCE_DEV, LAST, ORACLE
from crosslab.config import CopiesConfig, OptimizerConfig, TaskConfig
from crosslab.evaluation import accuracy, matrix_answers, matrix_probabilities, probabilities
from crosslab.finetuning import finetuned
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.materials import laboratory as laboratory_material
from crosslab.materials.laboratory import Reader, lab_material, lab_tokenizer
from crosslab.methods import METHODS, method
from crosslab.methods.clean_matched import CleanMatched
from crosslab.methods.smoothing_synonyms_static import StaticSynonymSmoothing
from crosslab.methods.standard import Standard
from crosslab.models import classifier
from crosslab.scales import study_config

SIZES = TaskConfig(train=150, dev=30, test=12)
CONFIG = replace(study_config("smoke").finetune, epochs=2)
METHODS_CONFIG = study_config("smoke").methods
COPIES = CopiesConfig(copies=2, epochs=3)
COPYING = [CleanMatched(COPIES), StaticSynonymSmoothing(COPIES)]


@pytest.fixture(scope="module")
def small_lab():
    """The smoke laboratory with its first three languages: nine pairs to answer."""
    config = study_config("smoke").lab
    return laboratory(replace(config, languages=config.languages[:3]))


@pytest.fixture(scope="module")
def run(small_lab, tiny_encoder, no_report):
    """Fine-tunes afresh; what the encoder knows of other languages does no harm here."""

    def fine_tune(  # noqa: PLR0913 - what may differ from test to test
        asked="standard", *, task="nli", seed=0, config=CONFIG, encoder=tiny_encoder, material=None
    ):
        return finetuned(
            encoder,
            method(asked, METHODS_CONFIG) if isinstance(asked, str) else asked,
            lab_material(small_lab, TASKS[task], SIZES) if material is None else material,
            config=config,
            seed=seed,
            report=no_report,
        )

    return fine_tune


@pytest.fixture(scope="module")
def standard(run):
    return run()


@pytest.fixture(scope="module")
def material(small_lab):
    return lab_material(small_lab, TASKS["nli"], SIZES)


@pytest.fixture(scope="module")
def answers(small_lab, material):
    """Answers the test items with a fine-tuned model."""

    def answered(tuned):
        reader = material.split("test")
        found = matrix_probabilities(tuned.model, reader, list(small_lab.lexicons))
        return matrix_answers({LAST: found}, reader)

    return answered


@pytest.mark.parametrize("key", METHODS)
def test_the_same_seed_gives_the_same_answers(run, answers, key):
    one, again = run(key), run(key)
    assert answers(one).equals(answers(again))
    assert one.losses == again.losses
    assert one.history == again.history


def with_dropout(encoder):
    made = copy.deepcopy(encoder)
    made.config.hidden_dropout_prob = 0.2  # dropout draws from the global generator
    return made


def test_global_randomness_has_no_say(run, tiny_encoder):
    encoder = with_dropout(tiny_encoder)
    losses = []
    with torch.random.fork_rng():
        for seed in (1, 2):
            torch.manual_seed(seed)
            losses.append(run(encoder=encoder).losses)
    assert losses[0] == losses[1]
    assert losses[0] != run().losses


@pytest.mark.parametrize("key", METHODS)
def test_another_seed_gives_other_answers(run, material, key):
    inputs = material.split("test").pairs("ave", "bor")
    one, other = (probabilities(run(key, seed=seed).model, inputs) for seed in (0, 1))
    assert not np.array_equal(one, other)


@dataclass(frozen=True, slots=True)
class Watching:
    """A method that remembers what it is asked, and the head it began with."""

    watched: object
    key: str
    asked: list = field(default_factory=list)
    heads: list = field(default_factory=list)

    def loss(self, model, batch, context):
        self.asked.append((batch, context.progress))
        self.heads.append(model.classifier.weight.detach().clone())
        return self.watched.loss(model, batch, context)

    @property
    def batches(self):
        return [batch for batch, _ in self.asked]


@dataclass(frozen=True, slots=True)
class WatchingCopies(Watching):
    """The same around a method that rewrites the training set."""

    @property
    def epochs(self):
        return self.watched.epochs

    def training_set(self, pairs, resources, generator):
        return self.watched.training_set(pairs, resources, generator)


def watching():
    return Watching(Standard(), Standard.key)


def watching_copies(watched):
    return WatchingCopies(watched, watched.key)


def test_a_seed_varies_the_head_and_the_order_of_the_items(run):
    one, other = watching(), watching()
    run(one, seed=0)
    run(other, seed=1)
    assert not torch.equal(one.heads[0], other.heads[0])
    assert one.batches[0].input_ids.tolist() != other.batches[0].input_ids.tolist()


def test_methods_of_one_seed_begin_with_the_same_head_and_the_same_items(run):
    one = watching()
    other = Watching(method("smoothing-noise", METHODS_CONFIG), "smoothing-noise")
    run(one)
    run(other)
    assert torch.equal(one.heads[0], other.heads[0])
    assert one.batches[0].input_ids.tolist() == other.batches[0].input_ids.tolist()


@pytest.mark.parametrize("key", [key for key in METHODS if key != "standard"])
def test_methods_of_one_seed_learn_differently(run, standard, key):
    assert run(key).losses != standard.losses


def test_the_encoder_passed_in_is_not_changed(run, tiny_encoder):
    before = copy.deepcopy(tiny_encoder.state_dict())
    run()
    after = tiny_encoder.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_every_epoch_takes_every_training_item(run):
    # 150 items in batches of 64 are 3 updates an epoch, the last of 22 items
    assert len(run(config=replace(CONFIG, epochs=3)).losses) == 9


def test_a_method_is_told_how_far_training_has_come(run):
    asked = watching()
    run(asked)
    assert [progress for _, progress in asked.asked] == pytest.approx(np.arange(6) / 6)


def inputs(pairs, labels):
    """Return every input, without padding, with its label."""
    return [
        (tuple(ids[:length].tolist()), label)
        for ids, length, label in zip(pairs.ids, pairs.lengths, labels.tolist(), strict=True)
    ]


def shown(batches):
    """Return every input that batches hold, without padding, with its label."""
    return [
        (tuple(ids[mask == 1].tolist()), label.item())
        for batch in batches
        for ids, mask, label in zip(
            batch.input_ids, batch.attention_mask, batch.labels, strict=True
        )
    ]


def source_inputs(material):
    reader = material.split("train")
    return inputs(reader.pairs("ave", "ave"), reader.labels)


def test_fine_tuning_reads_source_language_training_items_alone(run, material):
    asked = watching()
    run(asked, config=replace(CONFIG, epochs=1))
    assert sorted(shown(asked.batches)) == sorted(source_inputs(material))


def test_training_learns_from_the_items(run):
    optimizer = OptimizerConfig(learning_rate=1e-2, warm_up_steps=2)
    losses = run(config=replace(CONFIG, epochs=25, optimizer=optimizer)).losses
    assert np.mean(losses[-3:]) < 0.5 * np.mean(losses[:3])


# Copies


@pytest.mark.parametrize("copying", COPYING, ids=lambda each: each.key)
def test_copies_are_gone_through_as_often_as_their_method_says(run, copying):
    # 2 x 150 inputs in batches of 64 are 5 updates, whatever the epochs of other methods
    assert len(run(copying, config=replace(CONFIG, epochs=1)).losses) == 3 * 5


@pytest.mark.parametrize("scale", ["smoke", "lab"])
def test_clean_copies_take_as_many_updates_as_perturbed_ones(run, scale):
    settings = study_config(scale).methods
    static, clean = (
        len(run(method(key, settings)).losses)
        for key in ("smoothing-synonyms-static", "clean-matched")
    )
    copies, epochs = settings.copies.copies, settings.copies.epochs
    assert static == clean == epochs * -(-copies * SIZES.train // CONFIG.batch)


def epochs_shown(run, copying, seed=0):
    """Return what a copying method was shown, epoch by epoch."""
    asked = watching_copies(copying)
    run(asked, seed=seed)
    per_epoch = len(asked.batches) // COPIES.epochs
    begins = range(0, len(asked.batches), per_epoch)
    return [shown(asked.batches[begin : begin + per_epoch]) for begin in begins]


def test_perturbed_copies_are_the_same_set_in_every_epoch_in_another_order(run):
    first, second, third = epochs_shown(run, COPYING[1])
    assert Counter(first) == Counter(second) == Counter(third)
    assert first != second


def test_perturbed_copies_belong_to_the_seed(run):
    sets = [Counter(epochs_shown(run, COPYING[1], seed)[0]) for seed in (0, 1)]
    assert sets[0] != sets[1]


def test_clean_copies_are_the_items_each_as_often_as_there_are_copies(run, material):
    epochs = epochs_shown(run, COPYING[0])
    once = Counter(source_inputs(material))
    assert all(Counter(epoch) == once + once for epoch in epochs)


def test_labels_follow_their_perturbed_copies(run, small_lab, material):
    # with every synonym read as the same word, a copy is its item again
    vocabulary = lab_tokenizer(small_lab).get_vocab()
    synonyms = small_lab.lexicons["ave"].synonyms()
    one_of = {vocabulary[a]: vocabulary[min(a, b)] for a, b in synonyms.items()}

    def unified(found):
        return Counter((tuple(one_of.get(id, id) for id in ids), label) for ids, label in found)

    epochs = epochs_shown(run, COPYING[1])
    items = source_inputs(material)
    assert Counter(epochs[0]) != Counter(items) + Counter(items)
    assert unified(epochs[0]) == unified(items) + unified(items)


# Checkpoints, and what is looked at


@pytest.mark.parametrize("checkpoints", [1, 2, 4, 6])
def test_looks_are_evenly_spaced_and_the_last_is_at_the_last_update(run, checkpoints):
    tuned = run(config=replace(CONFIG, epochs=3, checkpoints=checkpoints))  # 9 updates
    updates = [look["update"] for look in tuned.history]
    gaps = np.diff([0, *updates])
    assert len(updates) == checkpoints
    assert updates[-1] == len(tuned.losses)
    assert max(gaps) - min(gaps) <= 1


def test_no_update_is_looked_at_twice_where_there_are_few(run):
    tuned = run(config=replace(CONFIG, epochs=1, checkpoints=6))  # 3 updates
    assert [look["update"] for look in tuned.history] == [1, 2, 3]


def test_looking_changes_nothing_that_is_learned(run, tiny_encoder):
    encoder = with_dropout(tiny_encoder)
    often, once = (
        run(encoder=encoder, config=replace(CONFIG, checkpoints=looks)) for looks in (6, 1)
    )
    assert often.losses == once.losses
    last = once.model.state_dict()
    assert all(torch.equal(last[name], each) for name, each in often.model.state_dict().items())


LEARNING = replace(CONFIG, epochs=8, optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=2))


@pytest.fixture(scope="module")
def learned(run):
    return run(config=LEARNING)


def test_a_kept_checkpoint_is_as_good_as_its_score_by_its_own_rule(learned, tiny_encoder, material):
    def share(model, keys):
        reader = material.split("dev")
        found = [probabilities(model, reader.pairs(key, key)).argmax(axis=1) for key in keys]
        return np.mean([accuracy(each, reader.items.label) for each in found])

    model = classifier(tiny_encoder, labels=3, seed=0)
    for name, keys in ((BEST_SOURCE_DEV, ["ave"]), (ORACLE, ["bor", "cym"])):
        kept = learned.kept[name]
        model.load_state_dict(kept.weights)
        assert share(model, keys) == pytest.approx(kept.score)
        assert kept.score == max(look[name] for look in learned.history)
    assert share(learned.model, ["ave"]) == pytest.approx(learned.history[-1][BEST_SOURCE_DEV])


def test_the_dev_accuracy_is_a_share_of_dev_items(standard):
    right = standard.history[-1][BEST_SOURCE_DEV] * SIZES.dev
    assert right == pytest.approx(round(right), abs=1e-6)
    assert 0 < right < SIZES.dev


class Untouchable:
    """Items that must not be looked at."""

    def __getattribute__(self, name):
        raise AssertionError(f"a test item was touched: {name}")

    def __len__(self):
        raise AssertionError("test items were counted")


@pytest.mark.parametrize("key", METHODS)
def test_training_touches_no_test_item(run, material, key):
    untouchable = replace(material, items={**material.items, "test": Untouchable()})
    assert len(run(key, material=untouchable).history) == 6


@pytest.fixture
def read(monkeypatch):
    """Remembers what is read: the purpose, how many items, and the two languages."""
    found = set()

    class Noting(Reader):
        def pairs(self, first, second):
            found.add((self.purpose, len(self.items), first, second))
            return super().pairs(first, second)

    monkeypatch.setattr(laboratory_material, "Reader", Noting)
    return found


TRAIN, DEV = ("nli/train", 150, "ave", "ave"), ("nli/dev", 30, "ave", "ave")


def test_without_an_oracle_no_target_language_is_read_and_none_is_recorded(run, read):
    tuned = run(config=replace(CONFIG, oracle_items=None))
    assert read == {TRAIN, DEV}
    assert set(tuned.kept) == {BEST_SOURCE_DEV}
    assert all(set(look) == {"update", BEST_SOURCE_DEV} for look in tuned.history)


@pytest.mark.parametrize(("asked", "seen"), [(7, 7), (200, 30)])
def test_the_oracle_sees_so_many_dev_items_of_each_target_and_no_more(run, read, asked, seen):
    tuned = run(config=replace(CONFIG, oracle_items=asked))
    targets = {("nli/dev", seen, key, key) for key in ("bor", "cym")}
    assert read == {TRAIN, DEV} | targets
    assert set(tuned.kept) == {BEST_SOURCE_DEV, ORACLE}


def test_the_oracle_changes_nothing_but_what_it_selects(run):
    with_one, without = (run(config=replace(CONFIG, oracle_items=each)) for each in (200, None))
    assert with_one.losses == without.losses
    assert with_one.kept[BEST_SOURCE_DEV].update == without.kept[BEST_SOURCE_DEV].update
