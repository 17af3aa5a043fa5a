from dataclasses import FrozenInstanceError, fields, replace

import pytest

from crosslab.config import (
    FinetuneConfig,
    LabConfig,
    MechanismConfig,
    OptimizerConfig,
    RealStudyConfig,
    StudyConfig,
    WorldConfig,
    settings,
)
from crosslab.data.catalogue import CARDS
from crosslab.errors import UnknownNameError, UsageError
from crosslab.scales import SCALES, study_config


def test_an_unknown_scale_is_answered_with_the_nearest_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'smoke'"):
        study_config("smok")


def test_settings_cannot_be_changed_in_place():
    with pytest.raises(FrozenInstanceError):
        study_config("smoke").seeds = 3


def test_every_problem_of_a_setting_is_named_at_once():
    with pytest.raises(UsageError) as refusal:
        WorldConfig(latent_size=0, sharpness=-1.0)
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize("wrong", [{"order": "XYZ"}, {"fronting": 1.5}, {"sentences": 0}])
def test_a_language_that_cannot_be_is_refused(wrong):
    language = study_config("smoke").lab.languages[1]
    with pytest.raises(UsageError, match=next(iter(wrong)) if "fronting" not in wrong else "share"):
        replace(language, **wrong)


def test_two_languages_of_one_key_are_refused():
    lab = study_config("smoke").lab
    with pytest.raises(UsageError, match="keys must differ"):
        LabConfig(world=lab.world, languages=(lab.languages[0], lab.languages[0]))


def test_settings_hold_every_field_and_every_derived_value():
    plain = settings(study_config("smoke").lab)
    assert plain["world"]["seed"] == WorldConfig().seed
    assert plain["targets"] == ["bor", "cym", "dun", "esk", "fal", "gha"]


@pytest.mark.parametrize("field", [field.name for field in fields(FinetuneConfig)])
def test_every_field_shows_in_the_settings(field):
    config = FinetuneConfig(epochs=1, optimizer=OptimizerConfig(learning_rate=1.0, warm_up_steps=0))
    assert field in settings(config)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"epochs": 0}, "epochs"),
        ({"checkpoints": 0}, "checkpoints"),
        ({"oracle_items": 0}, "oracle_items must be at least 1, or None"),
    ],
)
def test_fine_tuning_that_cannot_be_is_refused(wrong, said):
    with pytest.raises(UsageError, match=said):
        replace(study_config("smoke").finetune, **wrong)


def test_an_encoder_made_here_has_room_for_words_of_more_pieces_than_were_there():
    bench = study_config("bench")
    longest = bench.longest_input
    encoder = replace(bench.scratch.encoder, longest_input=2 * longest)
    assert replace(bench, scratch=replace(bench.scratch, encoder=encoder)).scratch is not None
    narrow = replace(encoder, longest_input=2 * longest - 1)
    with pytest.raises(UsageError, match="twice the room of longest_input"):
        replace(bench, scratch=replace(bench.scratch, encoder=narrow))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"voted_items": 11}, "voted_items must lie between 1 and items"),
        ({"voted_items": 0}, "voted_items must lie between 1 and items"),
        ({"radii": (0.0, -0.1)}, "radii"),
        ({"radii": ()}, "radii"),
        ({"choosing_draws": 0}, "draws must be at least 1"),
        ({"counted_draws": 0}, "draws must be at least 1"),
    ],
)
def test_measurements_that_cannot_be_are_refused(wrong, said):
    with pytest.raises(UsageError, match=said):
        replace(MechanismConfig(items=10, voted_items=10), **wrong)


def test_the_study_has_fresh_seeds_which_the_pilot_did_not_use():
    assert list(study_config("lab").seed_range) == list(range(100, 110))


def test_the_settings_of_the_methods_are_those_of_the_study_wherever_they_are_compared():
    smoke, lab, tuning = (study_config(scale).methods for scale in ("smoke", "lab", "tuning"))
    assert tuning == lab
    assert replace(smoke, copies=lab.copies) == lab


@pytest.mark.parametrize(
    "scale", [key for key, each in SCALES.items() if isinstance(each, RealStudyConfig)]
)
def test_every_language_that_a_task_asks_in_is_there(scale):
    config = study_config(scale)
    for task in config.tasks.values():
        assert not config.graft or set(task.targets) <= set(config.graft.languages)
        assert task.card in CARDS
        assert set(task.parts) <= set(CARDS[task.training].splits)
    assert len(config.tasks["paraphrase"].targets) == 6
    assert len(config.tasks["nli"].targets) == 14


@pytest.mark.parametrize(
    "scale", [key for key, each in SCALES.items() if isinstance(each, StudyConfig)]
)
def test_a_scale_has_one_source_and_at_least_six_targets_from_rich_to_poor(scale):
    lab = study_config(scale).lab
    sizes = [language.sentences for language in lab.languages]
    assert len(lab.targets) >= 6
    assert sizes == sorted(sizes, reverse=True)
    assert len({language.order for language in lab.languages}) >= 3
