from dataclasses import replace

import numpy as np
import pytest
import torch

from crosslab import mechanism
from crosslab.config import MechanismConfig, TaskConfig
from crosslab.evaluation import probabilities
from crosslab.lab.items import task_items
from crosslab.lab.laboratory import laboratory
from crosslab.lab.tasks import TASKS
from crosslab.materials.laboratory import Reader, lab_resources, lab_tokenizer
from crosslab.mechanism import RANDOM, WORST, distances, noise_answers, votes
from crosslab.methods.base import pair_batch
from crosslab.methods.embedding import word_embeddings
from crosslab.models import SPECIAL_IDS, classifier
from crosslab.reading import resources
from crosslab.scales import study_config

ITEMS = 150  # more than one batch
FEW = 12
RADII = (0.0, 0.1, 0.5, 1.0)
CONFIG = MechanismConfig(
    items=ITEMS,
    voted_items=FEW,
    radii=RADII,
    attack_steps=2,
    vote_scales=(0.1, 0.5),
    choosing_draws=3,
    counted_draws=8,
)


@pytest.fixture(scope="module")
def small_lab():
    config = study_config("smoke").lab
    return laboratory(replace(config, languages=config.languages[:3]))


@pytest.fixture(scope="module")
def reader(small_lab):
    items = task_items(small_lab, TASKS["nli"], TaskConfig(train=1, dev=1, test=ITEMS))["test"]
    return Reader(small_lab, items, "nli/test")


@pytest.fixture(scope="module")
def few(small_lab, reader):
    return Reader(small_lab, reader.items.take(np.arange(FEW)), "nli/test")


@pytest.fixture(scope="module")
def known(small_lab):
    return lab_resources(small_lab, lab_tokenizer(small_lab))


@pytest.fixture
def fresh(tiny_encoder, reader):
    return torn(tiny_encoder, reader)


@pytest.fixture(scope="module")
def model(tiny_encoder, reader):
    return torn(tiny_encoder, reader)


def torn(encoder, reader):
    """Return a classifier torn between the labels: none of them is preferred on average."""
    model = classifier(encoder, labels=3, seed=0)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim == 2:
                weight.mul_(10.0)
        shares = torch.from_numpy(probabilities(model, reader.pairs("ave", "ave")))
        scores = shares.log()
        model.classifier.bias.sub_(scores.mean(dim=0))
    return model


def rows(table, **wanted):
    """Return the rows of a table with these values, in their order."""
    frame = table.to_pandas()
    frame = frame.astype(dict.fromkeys(("item", "first", "second"), object))
    for name, value in wanted.items():
        close = np.isclose(frame[name], value) if isinstance(value, float) else frame[name] == value
        frame = frame[close]
    return frame.reset_index(drop=True)


def shares(frame):
    kept = frame[[f"probability_{label}" for label in range(2)]].to_numpy(dtype=np.float64)
    return np.column_stack([kept, 1 - kept.sum(axis=1)])


def mean_loss(frame):
    given = np.take_along_axis(shares(frame), frame[["gold"]].to_numpy(), axis=1)
    return -np.log(np.maximum(given, 1e-4)).mean()


# Noise


@pytest.fixture(scope="module")
def noisy(model, reader):
    return noise_answers(model, reader, ["ave", "bor"], CONFIG, seed=0)


def test_every_item_is_answered_under_each_kind_of_noise_at_each_radius(noisy, reader):
    frame = noisy.to_pandas()
    cells = frame.groupby(["first", "noise", "radius"], observed=True)["item"].nunique()
    assert len(cells) == 2 * 2 * len(RADII)
    assert (cells == ITEMS).all()
    assert len(frame) == cells.sum()
    assert (frame["first"] == frame["second"]).all()
    gold = frame["gold"].to_numpy().reshape(-1, ITEMS)
    assert (gold == reader.items.label).all()


@pytest.mark.parametrize("kind", [RANDOM, WORST])
@pytest.mark.parametrize("language", ["ave", "bor"])
def test_at_radius_zero_the_answers_are_those_without_noise(noisy, model, reader, kind, language):
    clean = probabilities(model, reader.pairs(language, language))
    found = rows(noisy, first=language, noise=kind, radius=0.0)
    assert np.array_equal(found["prediction"], clean.argmax(axis=1))
    assert np.abs(shares(found) - clean).max() <= 1 / 256
    assert len(set(found["prediction"])) > 1


@pytest.mark.parametrize("radius", RADII[1:])
def test_the_worst_noise_is_worse_than_random_noise_as_large(noisy, radius):
    for language in ("ave", "bor"):
        random, worst = (
            mean_loss(rows(noisy, first=language, noise=kind, radius=radius))
            for kind in (RANDOM, WORST)
        )
        assert worst > random


def test_the_worst_noise_gets_worse_as_it_may_go_further(noisy):
    losses = [mean_loss(rows(noisy, noise=WORST, radius=radius)) for radius in RADII]
    assert losses == sorted(losses)


def test_the_attack_takes_as_many_steps_as_it_is_told(model, few, monkeypatch):
    taken = []
    attack = mechanism.worst_noise

    def watched(model, batch, embedded, radii, steps):
        taken.append(steps)
        return attack(model, batch, embedded, radii, steps)

    monkeypatch.setattr(mechanism, "worst_noise", watched)
    noise_answers(model, few, ["ave"], replace(CONFIG, attack_steps=5), seed=0)
    assert taken == [5] * (len(RADII) - 1)


@pytest.fixture
def drawn(monkeypatch):
    """Remembers every random noise in lengths of its ball, whatever the radius."""
    found = []
    draw = mechanism.uniform_in_balls

    def watched(radii, hidden, generator):
        noise = draw(torch.ones_like(radii), hidden, generator)
        found.append(noise)
        return noise * radii

    monkeypatch.setattr(mechanism, "uniform_in_balls", watched)
    return found


def test_the_same_random_directions_are_used_at_every_radius(model, few, drawn):
    radii = (0.1, 0.5, 1.0)
    noise_answers(model, few, ["ave"], replace(CONFIG, radii=radii), seed=0)
    assert len(drawn) == len(radii)  # one batch each; the worst noise draws nothing
    assert all(torch.equal(drawn[0], each) for each in drawn[1:])


def test_every_batch_draws_directions_of_its_own(model, reader, drawn):
    noise_answers(model, reader, ["ave"], replace(CONFIG, radii=(0.5,)), seed=0)
    first, second = (each[0, 1] for each in drawn)  # the first word of either batch
    assert not torch.equal(first, second)


def test_noise_belongs_to_the_seed_and_not_to_what_was_measured_before(model, few):
    config = replace(CONFIG, radii=(1.0,))
    alone, again, other = (noise_answers(model, few, ["bor"], config, seed) for seed in (0, 0, 1))
    after = noise_answers(model, few, ["ave", "bor"], config, seed=0)
    assert alone.equals(again)
    assert not alone.equals(other)
    assert rows(after, first="bor").equals(rows(alone))


def test_measuring_leaves_the_model_as_it_was(fresh, few, known):
    model = fresh.train()
    before = [weight.detach().clone() for weight in model.parameters()]
    noise_answers(model, few, ["ave"], CONFIG, seed=0)
    votes(model, few, ["ave"], known, CONFIG, seed=0)
    distances(model, few, ["bor"])
    assert all(torch.equal(old, new) for old, new in zip(before, model.parameters(), strict=True))
    assert all(weight.grad is None for weight in model.parameters())


def test_dropout_has_no_part_in_what_is_measured(fresh, few, known):
    model = fresh
    model.dropout = torch.nn.Dropout(0.5)
    for measure in (
        lambda: noise_answers(model.train(), few, ["ave"], CONFIG, seed=0),
        lambda: votes(model.train(), few, ["ave"], known, CONFIG, seed=0),
        lambda: distances(model.train(), few, ["bor"]),
    ):
        assert measure().equals(measure())


# Votes


def scripted(monkeypatch, answers):
    """Have every item answered by these labels in turn, one for each draw; None: both alike."""
    turns = iter(answers)

    def scores(_, batch, embeddings=None):
        found = torch.zeros(len(batch.labels), 3)
        found[:, next(turns)] = 1.0
        return found

    monkeypatch.setattr(mechanism, "logits", scores)
    return turns


def ballot(model, few, **changed):
    """Return the votes under one scale of noise in the source; synonyms agree with them."""
    config = replace(CONFIG, vote_scales=(0.1,), **changed)
    return votes(model, few, ["ave"], resources(few.tokenizer.get_vocab(), {}, {}), config, seed=0)


def test_the_draws_that_choose_the_answer_are_not_counted_for_it(model, few, monkeypatch):
    # three draws choose label 2, of the eight that are counted five agree
    one_kind = [2, 2, 0, *[2, 1, 2, 1, 2, 2, 0, 2]]
    turns = scripted(monkeypatch, one_kind * 2)
    found = ballot(model, few)
    assert set(found["prediction"].to_pylist()) == {2}
    assert set(found["votes"].to_pylist()) == {5}
    assert set(found["draws"].to_pylist()) == {8}
    assert next(turns, "none left") == "none left"


def test_an_answer_stays_chosen_although_the_counted_draws_are_against_it(model, few, monkeypatch):
    scripted(monkeypatch, ([1] * 3 + [0] * 8) * 2)
    found = ballot(model, few)
    assert set(found["prediction"].to_pylist()) == {1}
    assert set(found["votes"].to_pylist()) == {0}


@pytest.fixture
def heard(monkeypatch):
    """Remembers the embeddings that are scored."""
    found = []
    score = mechanism.logits

    def listening(model, batch, embeddings=None):
        given = word_embeddings(model, batch) if embeddings is None else embeddings
        found.append((batch, given.detach().clone()))
        return score(model, batch, embeddings)

    monkeypatch.setattr(mechanism, "logits", listening)
    return found


def test_every_draw_is_another_one(model, few, heard):
    votes(model, few, ["ave"], resources(few.tokenizer.get_vocab(), {}, {}), CONFIG, seed=0)
    per_kind = CONFIG.choosing_draws + CONFIG.counted_draws
    noise = [embeddings for _, embeddings in heard[: 2 * per_kind]]  # two scales of noise
    assert len(heard) == 3 * per_kind
    assert len({each.numpy().tobytes() for each in noise}) == len(noise)


def test_the_noise_is_normal_as_large_as_a_share_of_each_word_and_spares_special_words(
    model, few, heard
):
    ballot(model, few, counted_draws=60)
    batch, _ = heard[0]
    with torch.inference_mode():
        clean = model.bert.embeddings.word_embeddings(batch.input_ids)
    draws = torch.stack([embeddings - clean for _, embeddings in heard[:63]])
    words = batch.input_ids >= SPECIAL_IDS.stop
    assert (draws[:, ~words] == 0).all()
    relative = draws[:, words] / clean[words].norm(dim=-1, keepdim=True)
    assert relative.mean().item() == pytest.approx(0.0, abs=0.001)
    assert relative.std().item() == pytest.approx(0.1, rel=0.02)


def test_without_noise_and_without_synonyms_votes_are_unanimous_for_the_clean_answer(model, few):
    config = replace(CONFIG, vote_scales=(0.0,))
    found = votes(
        model, few, ["ave", "bor"], resources(few.tokenizer.get_vocab(), {}, {}), config, seed=0
    )
    assert found["votes"].equals(found["draws"])
    for language, kinds in (("ave", {"noise", "synonyms"}), ("bor", {"noise"})):
        clean = probabilities(model, few.pairs(language, language)).argmax(axis=1)
        assert set(rows(found, first=language)["kind"]) == kinds
        for kind in kinds:
            assert np.array_equal(rows(found, first=language, kind=kind)["prediction"], clean)


@pytest.fixture(scope="module")
def voted(model, few, known):
    return votes(model, few, ["ave", "bor"], known, CONFIG, seed=0)


def test_items_are_voted_on_under_each_noise_in_each_language_and_under_source_synonyms(voted, few):
    frame = voted.to_pandas()
    cells = frame.groupby(["kind", "first", "scale"], observed=True)["item"].nunique()
    small, large = (np.float32(each) for each in CONFIG.vote_scales)
    assert set(cells.index) == {
        *(("noise", key, scale) for key in ("ave", "bor") for scale in (small, large)),
        ("synonyms", "ave", 0.0),
    }
    assert (cells == FEW).all()
    assert (frame["gold"].to_numpy().reshape(-1, FEW) == few.items.label).all()


def test_draws_may_disagree_and_no_more_votes_are_cast_than_there_are_draws(voted):
    for kind in ("noise", "synonyms"):
        frame = rows(voted, kind=kind)
        assert (frame["draws"] == CONFIG.counted_draws).all()
        assert frame["votes"].between(0, CONFIG.counted_draws).all()
        assert (frame["votes"] < CONFIG.counted_draws).any()


def test_votes_belong_to_the_seed_and_a_language_votes_for_itself(model, few, known, voted):
    again, other = (votes(model, few, ["ave", "bor"], known, CONFIG, seed) for seed in (0, 1))
    alone = votes(model, few, ["bor"], known, CONFIG, seed=0)
    assert voted.equals(again)
    assert not voted.equals(other)
    # the synonyms are those of the source, whatever language is asked for beside it
    one, two = (rows(each, kind="noise", first="bor") for each in (voted, alone))
    assert one.equals(two)


# Distances


def test_the_source_lies_at_no_distance_from_itself(model, few):
    frame = distances(model, few, ["ave"]).to_pandas()
    assert (frame[["largest", "mean", "total", "state_distance"]] == 0).all(axis=None)


@pytest.fixture
def arranged(tiny_encoder, small_lab):
    """A model whose words stand where we put them.

    In the plane of the first two coordinates, the first source word for a concept stands at
    (2, 0), the other one at (0, 4), and every word that is no word of the source at (2, 3).
    """
    model = classifier(tiny_encoder, labels=3, seed=0)
    vocabulary = lab_tokenizer(small_lab).get_vocab()
    table = torch.zeros_like(model.bert.embeddings.word_embeddings.weight)
    table[:, :2] = torch.tensor([2.0, 3.0])
    for first, second in small_lab.lexicons["ave"].forms:
        table[vocabulary[second], :2] = torch.tensor([0.0, 4.0])
        table[vocabulary[first], :2] = torch.tensor([2.0, 0.0])
    with torch.no_grad():
        model.bert.embeddings.word_embeddings.weight.copy_(table)
    return model


def by_hand(small_lab, reader, language):
    """Return the distance of every word of every item, for the arranged model."""
    source, spoken = (small_lab.lexicons[key].forms for key in ("ave", language))
    far = {}
    for (first, second), forms in zip(source, spoken, strict=True):
        # (2, 3) is 3 away from (2, 0), which is 2 long, and the root of 5 from (0, 4)
        apart = 3 / 2 if first == second else np.sqrt(5) / 4
        far.update({form: 0.0 if form in (first, second) else apart for form in forms})
    inputs = reader.pairs(language, language)
    names = {number: word for word, number in reader.tokenizer.get_vocab().items()}
    return [
        np.array([far[names[word]] for word in ids.tolist() if word >= SPECIAL_IDS.stop])
        for ids in inputs.ids
    ]


@pytest.mark.parametrize("language", ["bor", "cym"])
def test_words_lie_as_far_as_the_nearest_source_word_for_their_concept(
    arranged, small_lab, reader, language
):
    frame = distances(arranged, reader, [language]).to_pandas()
    expected = by_hand(small_lab, reader, language)
    assert {0.0, 1.5} < {value for each in expected for value in each.tolist()}
    assert frame["largest"].to_numpy() == pytest.approx(np.array([each.max() for each in expected]))
    assert frame["mean"].to_numpy() == pytest.approx(np.array([each.mean() for each in expected]))
    lengths = np.array([np.sqrt((each**2).sum()) for each in expected])
    assert frame["total"].to_numpy() == pytest.approx(lengths)


def test_words_that_were_borrowed_lie_where_they_came_from(model, small_lab, few, monkeypatch):
    # said in borrowed words alone, an item is at no distance, whatever its state
    source, target = (set(small_lab.lexicons[key].words()) for key in ("ave", "bor"))
    vocabulary = few.tokenizer.get_vocab()
    borrowed = [vocabulary[word] for word in sorted(source & target)]
    assert borrowed
    said = [borrowed[:3]] * FEW
    monkeypatch.setattr(few, "_said", {(side, "bor"): said for side in ("first", "second")})
    frame = distances(model, few, ["bor"]).to_pandas()
    assert (frame[["largest", "mean", "total"]] == 0).all(axis=None)
    assert (frame["state_distance"] > 0).any()


def test_the_state_distance_is_between_first_tokens_in_lengths_of_the_source_one(model, reader):
    frame = distances(model, reader, ["bor", "cym"]).to_pandas()
    shown = np.array([0, 7, ITEMS - 1])
    states = {}
    with torch.inference_mode():
        for key in ("ave", "bor", "cym"):
            batch = pair_batch(reader.pairs(key, key).rows(shown), reader.items.label[shown])
            whole = model.bert(
                input_ids=batch.input_ids,
                attention_mask=batch.attention_mask,
                token_type_ids=batch.token_type_ids,
            )
            states[key] = whole.last_hidden_state[:, 0]
    for key in ("bor", "cym"):
        apart = (states[key] - states["ave"]).norm(dim=1) / states["ave"].norm(dim=1)
        found = frame[frame["first"] == key]["state_distance"].to_numpy()
        assert found[shown] == pytest.approx(apart.numpy(), rel=1e-4)
