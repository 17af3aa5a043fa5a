import numpy as np
import pytest

from crosslab.methods import aligning
from crosslab.trials import domains as module
from crosslab.trials.domains import NEW, PROBE, STYLES, WITHIN, domains


@pytest.fixture
def tried(encoder, ground):
    place = ground("domain-adversarial-hybrid-batch")
    return place, domains(encoder, place, aligning(place.composition, place.config))


def test_searches_stay_in_a_domain_enter_a_new_one_and_change_the_style(tried):
    place, made = tried
    answers = made.answers.to_pandas()
    kinds = answers["item"].astype(str).str.split("-").str[0]
    each = place.config.queries.test * len(place.languages) ** 2
    assert kinds.value_counts().to_dict() == {WITHIN: 2 * each, STYLES: 2 * each, NEW: each}
    trained = {domain.key for domain in place.config.trained_domains}
    of_kind = answers.groupby(kinds)["item"].agg(lambda s: {x.split("-")[1] for x in set(s)})
    assert of_kind[WITHIN] == trained
    assert of_kind[STYLES] == trained
    assert of_kind[NEW] == {place.config.new_domain.key}


def test_a_search_across_styles_asks_the_same_and_is_answered_in_other_words(ground):
    place = ground("hybrid-batch")
    found = module._searches(*module._drawn(place))
    for (asking, answering), (plain, _) in zip(found[STYLES], found[WITHIN], strict=True):
        assert asking is plain
        assert answering.items is asking.items
        own, other = (each.ids("second", "bor") for each in (asking, answering))
        differing = np.mean([one != two for one, two in zip(own, other, strict=True)])
        assert differing > 0.5
        styles = {each.lab.formal for each in (asking, answering)}
        assert styles == {each.formal for each in place.config.trained_domains}


def test_no_passage_that_is_learned_from_in_some_domain_is_searched_for_in_any(tried):
    _, made = tried
    passages = {
        name: {row.tobytes() for row in items.second.matrix()} for name, items in made.items.items()
    }
    learned = passages["court train"] | passages["market train"]
    for name in ("court test", "market test", "clinic test"):
        assert not passages[name] & learned


def test_a_probe_names_a_domain_for_every_sentence_it_is_asked_about(tried):
    place, made = tried
    probed = made.tables[PROBE].to_pandas()
    assert len(probed) == place.config.measured * len(place.languages)
    assert set(probed["gold"]) == {0, 1}
    right = (probed["prediction"] == probed["gold"]).mean()
    assert right > 0.55  # styles and favourites tell


def test_without_confusion_nothing_is_told_of_domains(encoder, ground, monkeypatch):
    place = ground("hybrid-batch")
    told = []
    plain = module.aligned

    def watching(model, pairs, place, methods, given=None):
        told.append(given)
        return plain(model, pairs, place, methods, given)

    monkeypatch.setattr(module, "aligned", watching)
    domains(encoder, place, aligning(place.composition, place.config))
    assert told == [None]
