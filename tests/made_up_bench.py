"""The scale on real languages with next to nothing of everything."""

from dataclasses import replace

from crosslab.config import (
    AttackConfig,
    CopiesConfig,
    EncoderConfig,
    OptimizerConfig,
    StepConfig,
)
from crosslab.scales import study_config

TARGETS = ("de", "zh")


def searches():
    """Return the searches of the bench with next to nothing of everything."""
    config = study_config("bench").searches
    return replace(
        config,
        languages=("en", *TARGETS),
        learned=4,
        asked=(4, 8),
        contrast=replace(
            config.contrast,
            steps=4,
            optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=1),
            languages=("en", "de"),
            batch=4,
        ),
        attack=AttackConfig(items=6, radii=(0.0, 0.1), steps=2, budget=2, tries=3),
        attacked_at_once=4,
        told=8,
        probed=10,
        sentences=12,
        longest=32,
        seeds=2,
    )


def tiny(english):
    """Return the bench scale with next to nothing of everything."""
    config = study_config("bench")
    step = StepConfig(
        optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=1, weight_decay=0.0),
        epochs=1,
        items=40,
        batch=8,
        longest=32,
    )
    return replace(
        config,
        graft=replace(
            config.graft,
            languages=TARGETS,
            english=english,
            text=step,
            rows=replace(step, epochs=8),
            body=replace(step, epochs=4),
            words=60,
            measured=20,
            threads=1,
        ),
        scratch=replace(
            config.scratch,
            languages=TARGETS,
            encoder=EncoderConfig(hidden=16, layers=1, heads=2, feed_forward=32, longest_input=96),
            steps=6,
            vocabulary=300,
            lines=80,
            pairs=40,
            batch=16,
            measured=20,
            threads=1,
        ),
        tasks={name: _task(each) for name, each in config.tasks.items()},
        searches=searches(),
        methods=replace(config.methods, copies=CopiesConfig(copies=2, epochs=1)),
        longest_input=48,
    )


def _task(task):
    return replace(
        task,
        targets=TARGETS,
        train=40,
        test=20,
        pairs_per_item=2,
        finetune=replace(
            task.finetune,
            epochs=1,
            batch=16,
            optimizer=OptimizerConfig(learning_rate=1e-2, warm_up_steps=1),
        ),
    )
