"""What holds for every method, and what makes each the method it is."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import PROJECT

from crosslab.arms import ARMS
from crosslab.config import (
    AdversarialConfig,
    CodeSwitchConfig,
    ConsistencyConfig,
    CopiesConfig,
    NoiseConfig,
)
from crosslab.data.batching import Encoded
from crosslab.errors import UnknownNameError, UsageError
from crosslab.methods import METHODS, method
from crosslab.methods.adversarial import Adversarial, worst_noise
from crosslab.methods.base import Rewriting, cross_entropy
from crosslab.methods.clean_matched import CleanMatched
from crosslab.methods.code_switch import CodeSwitch
from crosslab.methods.consistency import Consistency, divergence
from crosslab.methods.embedding import (
    ball_radii,
    dropout_held,
    projected,
    uniform_in_balls,
    word_embeddings,
)
from crosslab.methods.smoothing_noise import NoiseSmoothing
from crosslab.methods.smoothing_synonyms_static import StaticSynonymSmoothing
from crosslab.methods.standard import Standard
from crosslab.models import MARKS, SPECIAL_IDS, torch_generator
from crosslab.scales import study_config

CONFIG = study_config("smoke").methods
RANDOM = ("smoothing-noise", "smoothing-synonyms", "code-switch", "consistency")
PERTURBING = ("adversarial", *RANDOM)


def made(key):
    return method(key, CONFIG)


def gradients(model, loss):
    model.zero_grad()
    loss.backward()
    return [each.grad.clone() for each in model.parameters() if each.grad is not None]


# What holds for all


def test_the_arms_of_the_study_are_the_methods_that_there_are():
    assert set(ARMS) == set(METHODS)


@pytest.mark.parametrize("key", METHODS)
def test_a_method_is_named_after_its_module_and_names_its_source(key):
    found = made(key)
    assert found.key == key
    assert found.paper
    assert found.section
    assert type(found).__module__ == f"crosslab.methods.{key.replace('-', '_')}"
    assert (PROJECT / "src/crosslab/methods" / f"{key.replace('-', '_')}.py").is_file()


def test_a_method_that_does_not_exist_is_refused_by_name():
    with pytest.raises(UnknownNameError, match="Did you mean 'adversarial'"):
        method("adverserial", CONFIG)


@pytest.mark.parametrize("key", METHODS)
def test_the_same_seed_repeats_the_loss(key, model, batch, context):
    one, again = (made(key).loss(model, batch, context(seed=3)).item() for _ in range(2))
    assert one == again


@pytest.mark.parametrize("key", RANDOM)
def test_each_update_draws_afresh(key, model, batch, context):
    surroundings = context()
    one, other = (made(key).loss(model, batch, surroundings).item() for _ in range(2))
    assert one != other


@pytest.mark.parametrize("key", METHODS)
def test_global_randomness_has_no_say_and_is_left_alone(key, model, batch, context):
    model.eval()
    before = torch.random.get_rng_state()
    made(key).loss(model, batch, context())
    assert torch.equal(torch.random.get_rng_state(), before)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("key", PERTURBING)
def test_the_perturbation_changes_the_loss_whatever_mode_the_model_is_in(
    key, training, model, batch, context
):
    # a loaded model is in evaluation mode: a method that asked for the mode would do nothing
    model.train(training)
    assert made(key).loss(model, batch, context()) != Standard().loss(model, batch, context())


@pytest.mark.parametrize("key", METHODS)
def test_the_batch_is_left_as_it_was(key, model, batch, context):
    before = batch.input_ids.clone()
    made(key).loss(model, batch, context())
    assert torch.equal(batch.input_ids, before)


@pytest.mark.parametrize(
    "off",
    [
        Adversarial(AdversarialConfig(radius=0.0)),
        NoiseSmoothing(NoiseConfig(radius=0.0)),
        CodeSwitch(CodeSwitchConfig(word_share=0.0)),
        CodeSwitch(CodeSwitchConfig(item_share=0.0)),
    ],
    ids=["adversarial", "smoothing-noise", "code-switch words", "code-switch items"],
)
def test_switched_off_it_is_plain_fine_tuning_to_the_last_bit(off, model, batch, context):
    plain = Standard().loss(model, batch, context())
    loss = off.loss(model, batch, context())
    assert loss.item() == plain.item()
    for mine, theirs in zip(gradients(model, loss), gradients(model, plain), strict=True):
        assert torch.equal(mine, theirs)


# Balls and noise


def test_special_tokens_and_padding_have_no_room_to_move(model, batch):
    radii = ball_radii(word_embeddings(model, batch), batch, 0.5)
    fixed = batch.input_ids < SPECIAL_IDS.stop
    assert fixed.any()
    assert (radii[fixed] == 0).all()
    assert (radii[~fixed] > 0).all()


def test_a_ball_is_as_large_as_a_share_of_the_length_of_its_word(model, batch):
    embedded = word_embeddings(model, batch)
    radii = ball_radii(embedded, batch, 0.5).squeeze(-1)
    words = batch.input_ids >= SPECIAL_IDS.stop
    assert torch.allclose(radii[words], 0.5 * embedded.norm(dim=-1)[words])


def test_noise_fills_the_ball_evenly_and_stays_inside():
    radii = torch.full((20_000, 1, 1), 2.0)
    noise = uniform_in_balls(radii, 3, torch_generator(0)).squeeze(1)
    lengths = noise.norm(dim=-1)
    assert lengths.max() <= 2.0 + 1e-6
    # of a ball in three dimensions an eighth lies within half the radius
    assert (lengths < 1.0).float().mean() == pytest.approx(1 / 8, abs=0.01)
    assert noise.mean(dim=0).abs().max() < 0.03


def test_noise_outside_its_ball_is_pulled_to_the_edge_and_inside_is_left():
    radii = torch.tensor([[[1.0]], [[1.0]]])
    noise = torch.tensor([[[3.0, 4.0]], [[0.3, 0.4]]])
    assert torch.allclose(projected(noise, radii), torch.tensor([[[0.6, 0.8]], [[0.3, 0.4]]]))


@pytest.mark.parametrize("steps", [1, 3])
def test_the_worst_noise_stays_in_the_balls_and_moves_no_special_token(steps, model, batch):
    embedded = word_embeddings(model, batch).detach()
    radii = ball_radii(embedded, batch, 0.3)
    noise = worst_noise(model, batch, embedded, radii, steps)
    lengths = noise.norm(dim=-1)
    assert (lengths <= radii.squeeze(-1) * (1 + 1e-5)).all()
    assert (lengths[batch.input_ids < SPECIAL_IDS.stop] == 0).all()
    assert lengths.max() > 0


def test_the_worst_noise_is_worse_than_random_and_more_steps_are_no_better(model, batch):
    model.eval()
    embedded = word_embeddings(model, batch).detach()
    radii = ball_radii(embedded, batch, 0.5)
    random = cross_entropy(
        model, batch, embedded + uniform_in_balls(radii, embedded.shape[-1], torch_generator(0))
    )
    worst = [
        cross_entropy(model, batch, embedded + worst_noise(model, batch, embedded, radii, steps))
        for steps in (1, 5)
    ]
    assert random < worst[0] < worst[1] + 1e-4


def test_a_single_step_reaches_the_edge_of_the_ball(model, batch):
    embedded = word_embeddings(model, batch).detach()
    radii = ball_radii(embedded, batch, 0.3)
    lengths = worst_noise(model, batch, embedded, radii, 1).norm(dim=-1)
    words = batch.input_ids >= SPECIAL_IDS.stop
    assert torch.allclose(lengths[words], radii.squeeze(-1)[words], rtol=1e-4)


def test_dropout_is_held_from_the_attack_to_the_update(model, batch):
    model.train()
    model.bert.embeddings.dropout.p = 0.5
    with torch.random.fork_rng():
        with dropout_held():
            attack = cross_entropy(model, batch).item()
        update = cross_entropy(model, batch).item()
        later = cross_entropy(model, batch).item()
    assert attack == update != later


def test_the_radius_of_an_attack_begins_at_zero_and_grows_to_its_full_size():
    attack = Adversarial(AdversarialConfig(radius=0.6, plain_share=0.2, ramp_share=0.4))
    radii = [attack.radius(progress) for progress in (0.0, 0.2, 0.4, 0.6, 0.99)]
    assert radii == pytest.approx([0.0, 0.0, 0.3, 0.6, 0.6])


def test_an_attack_is_not_part_of_what_is_learned_from(model, batch, context):
    # the gradient of the update treats the noise as given, not as a function of the weights
    attack = Adversarial(AdversarialConfig(radius=0.3))
    embedded = word_embeddings(model, batch)
    noise = worst_noise(model, batch, embedded, ball_radii(embedded, batch, 0.3), 1)
    by_hand = gradients(model, cross_entropy(model, batch, word_embeddings(model, batch) + noise))
    for mine, theirs in zip(
        gradients(model, attack.loss(model, batch, context())), by_hand, strict=True
    ):
        assert torch.allclose(mine, theirs, atol=1e-6)


# Copies


@pytest.fixture(scope="module")
def pairs(reader):
    return reader.pairs("ave", "ave")


@pytest.mark.parametrize("kind", [StaticSynonymSmoothing, CleanMatched])
def test_copies_follow_one_another_in_the_order_of_the_items(kind, pairs, known):
    found = kind(CopiesConfig(copies=3, epochs=2)).training_set(pairs, known, torch_generator(0))
    assert len(found) == 3 * len(pairs)
    assert np.array_equal(found.lengths, np.tile(pairs.lengths, 3))
    assert np.array_equal(found.second_starts, np.tile(pairs.second_starts, 3))


def test_clean_copies_are_the_items_as_they_are(pairs, known):
    config = CopiesConfig(copies=2, epochs=1)
    found = CleanMatched(config).training_set(pairs, known, torch_generator(0))
    assert np.array_equal(found.ids, np.tile(pairs.ids, (2, 1)))


def test_perturbed_copies_differ_from_the_items_and_from_each_other(pairs, known):
    config = CopiesConfig(copies=2, epochs=1)
    found = StaticSynonymSmoothing(config).training_set(pairs, known, torch_generator(0))
    one, other = np.split(found.ids, 2)
    assert not np.array_equal(one, pairs.ids)
    assert not np.array_equal(one, other)
    assert np.array_equal(one < SPECIAL_IDS.stop, pairs.ids < SPECIAL_IDS.stop)


def test_perturbed_copies_are_repeated_by_their_seed(pairs, known):
    static = StaticSynonymSmoothing(CopiesConfig(copies=2, epochs=1))
    one, again, other = (
        static.training_set(pairs, known, torch_generator(seed)).ids for seed in (0, 0, 1)
    )
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_the_methods_that_rewrite_the_training_set_are_the_two_that_copy_and_take_as_long():
    rewriting = {key: made(key) for key in METHODS if isinstance(made(key), Rewriting)}
    assert set(rewriting) == {"smoothing-synonyms-static", "clean-matched"}
    assert len({(each.epochs, each.config.copies) for each in rewriting.values()}) == 1


def test_repeated_inputs_keep_their_places():
    ids, words = (np.array([each], dtype=np.int32) for each in ([5, 6], [7, -1]))
    twice = Encoded(ids, np.array([2]), np.array([1]), MARKS, words).repeated(2)
    assert twice.ids.tolist() == [[5, 6], [5, 6]]
    assert twice.words.tolist() == [[7, -1], [7, -1]]
    assert twice.lengths.tolist() == [2, 2]


# Code-switching and consistency


def test_words_are_switched_for_translations_at_the_share_asked_for(smoke_lab, batch, context):
    seen = []

    class Listening:
        """Stands for a model: keeps the words it is given."""

    def listen(_, switched, *__):
        seen.append(switched.input_ids)
        return torch.zeros(())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crosslab.methods.code_switch.cross_entropy", listen)
        for seed in range(40):
            CodeSwitch(CodeSwitchConfig(word_share=0.4)).loss(Listening(), batch, context(seed))
    known = context().resources.dictionary
    translatable = known.choices[batch.input_ids] > 0
    changed = torch.stack([ids != batch.input_ids for ids in seen])
    assert not changed[:, ~translatable].any()
    assert changed[:, translatable].float().mean() == pytest.approx(0.4, abs=0.02)
    source_only = set(smoke_lab.lexicons["ave"].words())
    foreign = {
        word
        for key in smoke_lab.config.targets
        for word in smoke_lab.lexicons[key].words()
        if word not in source_only
    }
    vocabulary = {number: word for word, number in vocabulary_of(smoke_lab).items()}
    put = {vocabulary[number] for ids in seen for number in ids[ids != batch.input_ids].tolist()}
    assert put <= foreign | source_only
    assert len(put & foreign) > 0.9 * len(put)


def vocabulary_of(lab):
    from crosslab.materials.laboratory import lab_tokenizer

    return lab_tokenizer(lab).get_vocab()


def test_a_translation_means_the_same(smoke_lab):
    source = smoke_lab.lexicons["ave"]
    other = smoke_lab.lexicons["bor"]
    concepts = {form: number for number, forms in enumerate(source.forms) for form in forms}
    for word, there in source.translations([other]).items():
        assert set(there) <= set(other.forms[concepts[word]])
        assert word not in there


def test_passes_that_agree_cost_nothing_and_disagreement_costs_the_same_either_way():
    one, other = torch.tensor([[2.0, 0.0]]), torch.tensor([[0.0, 1.0]])
    assert divergence(one, one) == 0
    assert divergence(one, other) == pytest.approx(divergence(other, one).item())
    # by hand: half of the sum over labels of (p - q) (log p - log q)
    p, q = one.softmax(-1), other.softmax(-1)
    assert divergence(one, other).item() == pytest.approx(
        ((p - q) * (p.log() - q.log())).sum().item() / 2, rel=1e-5
    )


def test_without_noise_both_passes_agree_and_the_loss_is_plain(model, batch, context):
    model.eval()
    loss = Consistency(ConsistencyConfig(radius=0.0, weight=7.0)).loss(model, batch, context())
    assert loss.item() == pytest.approx(Standard().loss(model, batch, context()).item(), rel=1e-6)


def test_disagreement_costs_by_its_weight(model, batch, context):
    light, heavy = (
        Consistency(ConsistencyConfig(radius=20.0, weight=weight)).loss(model, batch, context())
        for weight in (1e5, 2e5)
    )
    none = Consistency(ConsistencyConfig(radius=20.0, weight=0.0)).loss(model, batch, context())
    assert (heavy - none).item() == pytest.approx(2 * (light - none).item(), rel=0.01)
    assert light > none


# Settings


@pytest.mark.parametrize(
    ("kind", "bad"),
    [
        (AdversarialConfig, {"radius": -0.1}),
        (AdversarialConfig, {"radius": 0.1, "steps": 0}),
        (AdversarialConfig, {"radius": 0.1, "plain_share": 1.5}),
        (AdversarialConfig, {"radius": 0.1, "ramp_share": 0.0}),
        (NoiseConfig, {"radius": -1.0}),
        (CopiesConfig, {"copies": 0, "epochs": 1}),
        (CopiesConfig, {"copies": 1, "epochs": 0}),
        (CodeSwitchConfig, {"word_share": 1.1}),
        (ConsistencyConfig, {"radius": 0.1, "weight": -1.0}),
    ],
)
def test_settings_that_make_no_sense_are_refused(kind, bad):
    with pytest.raises(UsageError, match=kind.__name__):
        kind(**bad)


def test_settings_are_part_of_what_an_arm_is():
    attack = made("adversarial")
    assert replace(CONFIG, adversarial=AdversarialConfig(radius=9.0)).adversarial != attack.config
