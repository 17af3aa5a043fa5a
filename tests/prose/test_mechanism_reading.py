"""Words follow the numbers: each reading is reached from measurements made up to lead there."""

import re

import pytest
from made_up_probes import made_up_probes, usual_share

from crosslab import probes
from crosslab.prose import mechanism_reading as reading

MANY = dict.fromkeys(("standard", "adversarial"), range(100, 108))  # enough to be sure of a cost


def bears_all_inside(arm, kind, radius, language, seed):
    """Adversarial training bears the worst noise in its ball as if there were none."""
    inside = arm == "adversarial" and radius <= 0.03
    return usual_share(arm, "random" if inside else kind, radius, language, seed)


def useless(arm, kind, radius, language, seed):
    return usual_share("standard", kind, radius, language, seed)


def test_less_harmful_is_not_harmless_so_neither_half_holds_where_translations_lie_outside():
    said = reading.reading(made_up_probes(seeds=MANY))
    assert "**Neither half holds as stated.** Training makes the worst noise found" in said
    cost = re.search(r"still costs: `adversarial` ([^;]+) points, not harmless", said).group(1)
    assert f"less harmful (`adversarial`: it still costs {cost} points), not harmless, and" in said
    assert "no translation lies in the ball. If robust training helps" in said
    assert "0 % (`adversarial`). So fewer than 5 %" in said
    assert "Only the first half" not in said


def test_where_training_makes_noise_harmless_and_translations_lie_outside_the_first_half_holds():
    said = reading.reading(made_up_probes(share=bears_all_inside))
    assert "Only the first half holds here**, for `adversarial`" in said
    assert "still costs: `adversarial` 0.0 (0.0 to 0.0) points, harmless" in said
    assert "less harmful (" not in said


def test_where_noise_is_harmless_and_translations_lie_inside_both_halves_hold():
    said = reading.reading(made_up_probes(share=bears_all_inside, largest=0.02))
    assert "Both halves hold here**, for `adversarial`" in said
    assert "So more than 50 % of translations lie in a ball" in said


def test_where_noise_is_less_harmful_and_translations_lie_inside_only_the_second_half_holds():
    said = reading.reading(made_up_probes(seeds=MANY, largest=0.02))
    assert "**The second half holds, and the first does not hold as stated.**" in said
    assert "100 % of the translations lie in the ball at the most." in said
    assert "not because translations" not in said


def test_a_cost_that_is_too_uncertain_is_not_called_harmful_for_sure():
    def nearly(arm, kind, radius, language, seed):
        """Noise costs one item of forty, and that under one seed of three."""
        lost = 1 / 40 if arm == "adversarial" and kind == "worst" and seed == 100 else 0.0
        return bears_all_inside(arm, kind, radius, language, seed) - lost * (radius == 0.03)

    said = reading.reading(made_up_probes(share=nearly))
    assert "points, undecided" in said
    assert "**The second half does not hold, and the first is not shown as stated.**" in said
    assert "points), not shown to be harmless, and no translation" in said


@pytest.mark.parametrize(
    ("share", "ends"),
    [
        (
            bears_all_inside,
            r"holds for a part\*\* of the translations, ([\d.]+) % at the most, for",
        ),
        (usual_share, r"second half holds for a part, .* and ([\d.]+) % of the translations"),
    ],
)
def test_where_some_lie_inside_the_second_half_holds_for_a_part(share, ends):
    (inside,) = re.findall(ends, reading.reading(made_up_probes(share=share, largest=0.0315)))
    assert 5 < float(inside) < 50


def test_arms_that_bear_their_noise_differently_are_told_apart():
    def one_of_two(arm, kind, radius, language, seed):
        if arm == "smoothing-noise" and kind == "worst" and 0 < radius <= 0.3:
            return 0.6
        return bears_all_inside(arm, kind, radius, language, seed)

    runs = dict.fromkeys(("standard", "smoothing-noise", "adversarial"), (100, 101, 102))
    said = reading.reading(made_up_probes(share=one_of_two, seeds=runs))
    assert "Only the first half holds here**, for `adversarial`." in said
    assert "less harmful (`smoothing-noise`: it still costs" in said


def test_where_training_does_not_protect_nothing_of_the_sort_is_said():
    outside = reading.reading(made_up_probes(share=useless))
    assert "Neither half holds here" in outside
    assert "Of `adversarial` that cannot be said" in outside
    inside = reading.reading(made_up_probes(share=useless, largest=0.02))
    assert "The first half is not shown here" in inside


def test_one_seed_protects_nothing():
    found = made_up_probes(seeds={"standard": (100,), "adversarial": (100,)})
    said = reading.reading(found)
    assert "Of `adversarial` that cannot be said" in said
    assert "one seed, no interval" in said
    assert "nan" not in said


def test_without_an_arm_that_was_trained_in_a_ball_there_is_nothing_to_read():
    found = made_up_probes(seeds={"standard": (100, 101), "smoothing-synonyms": (100, 101)})
    assert "nothing to read" in reading.reading(found)


def test_without_the_control_nothing_is_compared():
    found = made_up_probes(seeds={"adversarial": (100, 101)})
    assert "ahead" not in reading.ball_words(found)
    assert "nothing can be said of noise larger than the balls" in reading.reading(found)


def test_what_is_learned_beyond_the_ball_is_said_only_where_it_is_there():
    def bears_all(arm, kind, radius, language, seed):
        share = usual_share(arm, kind, radius, language, seed)
        return share + 0.4 if arm == "adversarial" and radius >= 1 and kind == "random" else share

    assert "reaches further than its ball for `adversarial`" in reading.reading(
        made_up_probes(share=bears_all)
    )
    assert "No arm is surely ahead" in reading.reading(made_up_probes())


def test_costs_and_leads_inside_the_ball_are_those_of_the_trained_radius():
    found = made_up_probes(seeds=dict.fromkeys(("standard", "adversarial"), range(100, 106)))
    said = reading.ball_words(found)
    cost = re.search(r"worst noise found of that size costs \+([\d.]+)", said).group(1)
    lead = re.search(r"is \+([\d.]+) \([^)]*\) points ahead of `standard`\.", said).group(1)
    for rows, number in ((probes.noise_losses(found), cost), (probes.noise_leads(found), lead)):
        asked = (rows["arm"] == "adversarial") & (rows["noise"] == "worst")
        inside = rows[asked & (rows["radius"] == 0.03) & (rows["where"] == "source")]
        assert float(number) == pytest.approx(inside["estimate"].item(), abs=0.051)
    assert "costs 0.0 (0.0 to 0.0) points in the source (harmless)" in said
    assert "(not harmless)" in said


def test_a_curve_that_rises_again_gives_the_attack_away():
    def recovers(arm, kind, radius, language, seed):
        if kind == "worst" and radius == 1.0 and arm == "standard":
            return 0.5
        return usual_share(arm, kind, radius, language, seed)

    said = reading.attack_words(probes.noise_curves(made_up_probes(share=recovers)))
    assert "from radius 1 on, under `standard`: there" in said
    never = reading.attack_words(probes.noise_curves(made_up_probes()))
    assert "never rises" in never


def test_what_certificates_are_about_and_how_far_they_reach_is_said():
    said = reading.certificate_words(made_up_probes())
    assert "99.9 % confidence" in said
    assert "*smoothed* classifier" in said
    assert "farthest distance that can be certified is 0.19" in said
    assert "no target item lies that near" in said
    near = reading.certificate_words(made_up_probes(largest=0.0626))  # three times that in all
    assert re.search(r"(4[5-9]|5[0-5])\.\d % of the target items lie that near", near)


def test_distances_and_shares_inside_are_said_per_arm():
    said = reading.distance_words(made_up_probes(largest=0.03))
    assert "at 0.03 (`standard`), 0.03 (`adversarial`)" in said
    assert "`adversarial` was trained in balls of radius 0.03. 50.0 % of 240 target items" in said
    assert "and 0 % of its 74 failures" in said


def test_each_arm_is_held_to_its_own_ball():
    runs = dict.fromkeys(("standard", "smoothing-noise", "adversarial"), (100, 101, 102))
    said = reading.reading(made_up_probes(share=bears_all_inside, seeds=runs, largest=0.1))
    assert "100 % (`smoothing-noise`), 0 % (`adversarial`)" in said
    # the arm that protects is the one whose ball holds no translation
    assert "Only the first half holds here**, for `adversarial`" in said


def test_an_arm_that_bears_only_random_noise_is_credited_with_that_and_no_more():
    def bears_random(arm, kind, radius, language, seed):
        share = useless(arm, kind, radius, language, seed)
        random = kind == "random" and radius == 0.3
        return share - 0.5 if random and arm == "standard" else share

    runs = dict.fromkeys(("standard", "smoothing-noise"), (100, 101, 102))
    said = reading.reading(made_up_probes(share=bears_random, seeds=runs))
    assert "surely ahead: `smoothing-noise`." in said
    assert "Of `smoothing-noise` that cannot be said" in said
    assert "surely ahead: none." in reading.reading(made_up_probes(share=useless))
