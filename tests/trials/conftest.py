"""A small ground for trials: the smoke laboratory, tiny settings, a fresh encoder each time."""

from copy import deepcopy
from dataclasses import replace

import pytest

from crosslab.arms import composition_of
from crosslab.scales import lab_config
from crosslab.trials.ground import Ground


@pytest.fixture
def encoder(tiny_encoder):
    """An encoder that a trial may train."""
    return deepcopy(tiny_encoder)


@pytest.fixture
def learning(ground):
    """Settings of contrast under which even an encoder this small learns something."""
    shared = ground("standard").config.contrast
    quick = replace(shared.optimizer, learning_rate=1e-2, warm_up_steps=3)
    return replace(shared, steps=60, optimizer=quick)


@pytest.fixture
def ground(smoke_lab, no_report):
    """Returns the ground of an arm, with settings of one's own."""

    def stand(arm, **changed):
        return Ground(
            lab=smoke_lab,
            config=replace(lab_config("smoke").questions, **changed),
            composition=composition_of(arm),
            longest=48,
            seed=0,
            report=no_report,
        )

    return stand
