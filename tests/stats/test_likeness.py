import numpy as np
import pytest
from scipy.stats import ortho_group

from crosslab.errors import UsageError
from crosslab.stats.likeness import agreement, agreement_beyond_chance, agreement_values, alignment

RNG = np.random.default_rng(5)


def space(sentences=80, width=30, seed=0):
    return np.random.default_rng(seed).standard_normal((sentences, width))


def test_a_space_is_like_itself_however_it_is_turned_moved_and_scaled():
    one = space()
    turned = 3 * one @ ortho_group.rvs(30, random_state=1) + 7
    assert alignment(one, turned) == pytest.approx(1.0)


def test_likeness_is_mutual():
    one, other = space(seed=1), space(width=12, seed=2)
    assert alignment(one, other) == pytest.approx(alignment(other, one))


@pytest.mark.parametrize("width", [5, 30, 400])
def test_unrelated_spaces_are_not_alike_on_average_however_wide(width):
    found = [alignment(space(60, width, 2 * k), space(60, width, 2 * k + 1)) for k in range(200)]
    assert abs(np.mean(found)) < 4 * np.std(found) / np.sqrt(200)


def test_plain_likeness_would_call_wide_unrelated_spaces_alike():
    # why products are corrected for chance: without that, this is far above zero
    one, other = (each - each.mean(axis=0) for each in (space(60, 400, 1), space(60, 400, 2)))
    plain = np.linalg.norm(one.T @ other) ** 2
    plain /= np.linalg.norm(one.T @ one) * np.linalg.norm(other.T @ other)
    assert plain > 0.8
    assert alignment(one, other) < 0.2


def test_the_more_noise_the_less_alike():
    one = space(200, 30)
    found = [alignment(one, one + scale * space(200, 30, 9)) for scale in (0.0, 0.5, 1.0, 3.0)]
    assert found == sorted(found, reverse=True)
    assert found[0] == pytest.approx(1.0)
    # signal and noise of the same kind: CKA is the share of the signal in the products
    assert found[2] == pytest.approx(1 / np.sqrt(1 + 2 + 1), abs=0.1)


@pytest.mark.parametrize(("one", "other"), [((3, 5), (3, 5)), ((8, 5), (9, 5))])
def test_too_few_sentences_or_other_numbers_of_them_are_refused(one, other):
    with pytest.raises(UsageError, match="at least 4 sentences, the same ones"):
        alignment(space(*one), space(*other))


def test_a_space_of_one_point_is_refused():
    with pytest.raises(UsageError, match="same vector"):
        alignment(np.ones((10, 3)), space(10, 3))
    with pytest.raises(UsageError, match="equally far apart"):
        alignment(np.eye(10), space(10, 3))
    with pytest.raises(UsageError, match="no number"):
        alignment(np.full((10, 3), np.nan), space(10, 3))


def by_hand(row):
    pairs = [(a, b) for a in range(len(row)) for b in range(a + 1, len(row))]
    return np.mean([row[a] == row[b] for a, b in pairs])


def test_agreement_is_the_share_of_pairs_with_one_answer():
    answers = RNG.integers(3, size=(50, 7))
    assert agreement(answers) == pytest.approx([by_hand(row) for row in answers])


def test_answers_by_chance_agree_no_more_than_chance_however_lopsided():
    for shares in ([1 / 3] * 3, [0.8, 0.1, 0.1]):
        answers = RNG.choice(3, size=(20_000, 6), p=shares)
        assert abs(agreement_beyond_chance(answers)) < 0.01


def test_full_agreement_is_one_unless_there_is_but_one_answer():
    same = np.repeat(RNG.integers(3, size=(100, 1)), 5, axis=1)
    assert agreement_beyond_chance(same) == pytest.approx(1.0)
    assert agreement_beyond_chance(np.zeros((100, 5), dtype=int)) == 0.0


def test_one_language_has_nobody_to_agree_with():
    with pytest.raises(UsageError, match="at least two"):
        agreement(np.zeros((3, 1), dtype=int))


def judged(rng, items, languages=4, same=0.4):
    """Return answers of three kinds, in which an item's languages agree more than by chance."""
    own = rng.choice(3, size=(items, 1), p=(0.5, 0.3, 0.2))
    other = rng.choice(3, size=(items, languages), p=(0.5, 0.3, 0.2))
    return np.where(rng.random((items, languages)) < same, own, other)


def test_the_mean_over_items_is_the_agreement_beyond_chance():
    answers = judged(np.random.default_rng(1), 300)
    expected = agreement_beyond_chance(answers)
    assert agreement_values(answers).mean() == pytest.approx(expected)


def test_the_spread_over_items_is_that_of_the_agreement_beyond_chance():
    rng = np.random.default_rng(2)
    drawn = [judged(rng, 250) for _ in range(400)]
    stated = [agreement_values(each).std(ddof=1) / np.sqrt(250) for each in drawn]
    found = np.std([agreement_beyond_chance(each) for each in drawn], ddof=1)
    assert np.mean(stated) == pytest.approx(found, rel=0.1)


def test_whoever_always_says_the_same_agrees_no_more_than_by_chance():
    assert agreement_values(np.ones((7, 3), dtype=int)).tolist() == [0.0] * 7
