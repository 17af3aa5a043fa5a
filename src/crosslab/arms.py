"""The arms: a method each, with the study's settings or its own.

Nothing here imports torch, so a plan is made, and a fingerprint computed, in a moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from crosslab.config import (
    AdversarialConfig,
    AnyStudyConfig,
    ConsistencyConfig,
    MethodsConfig,
    NoiseConfig,
    RealStudyConfig,
    SynonymsConfig,
    settings,
)

CONTROL: Final = "standard"  # plain fine-tuning, which every other arm is compared with


ARMS: Final = (
    CONTROL,
    "adversarial",
    "smoothing-noise",
    "smoothing-synonyms",
    "smoothing-synonyms-static",
    "clean-matched",
    "code-switch",
    "consistency",
)


RELEASED: Final = "smoothing-synonyms-released"


THROUGHOUT: Final = "smoothing-synonyms-throughout"  # from the first update on, as published


REAL_ARMS: Final = (
    CONTROL,
    "adversarial",
    "smoothing-noise",
    "smoothing-synonyms",
    RELEASED,  # the same method, words looked up as the released code does
    "clean-matched",
    "code-switch",
    "consistency",
)


CLAIMED_ARMS: Final = (CONTROL, "adversarial", "smoothing-noise", "smoothing-synonyms")


STATIC_RELEASED: Final = "smoothing-synonyms-static-released"  # copies as well


PAPER_ARMS: Final = tuple(STATIC_RELEASED if each == RELEASED else each for each in REAL_ARMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """An arm that is a method with other settings than the study's own."""

    method: str
    settings: AdversarialConfig | NoiseConfig | ConsistencyConfig | SynonymsConfig | None = None
    matching: str = "handled"  # how words are found among the neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """An arm that prepares its encoder before anything is fine-tuned, or begins with another."""

    encoder: str = "mbert"
    text: str = ""  # that it reads first: of the domain that it is asked about, or of none
    aligned: str = ""  # the method that aligns it, if any
    alpha: float | None = None  # of hybrid-batch, where it is not the published one
    robust: str = ""  # what is done to queries while it is aligned: noise or adversarial
    confused: bool = False  # about domains, while it is aligned
    method: str = CONTROL  # of fine-tuning, where a task is fine-tuned for


ALIGNING: Final = ("contrastive-mono", "contrastive-cross", "hybrid-batch", "labse")


ROBUST: Final = ("noise", "adversarial")


SIZES: Final[Mapping[str, str]] = {
    "small": "mbert-small",
    "medium": "mbert",
    "large": "mbert-large",
}


ALPHAS: Final = (0.25, 0.75)  # beside the published half; 0 is cross, 1 is mono


CONFUSED, ADAPTED = "domain-adversarial", "domain-adapted"


FURTHER: Final = "further-text"  # as much of it as adapting takes, of no domain: its control


DOMAIN, GENERAL = "domain", "general"


COMPOSITIONS: Final[Mapping[str, Composition]] = {
    **{key: Composition(aligned=key) for key in ALIGNING},
    **{
        f"hybrid-batch-alpha-{alpha}": Composition(aligned="hybrid-batch", alpha=alpha)
        for alpha in ALPHAS
    },
    **{
        f"hybrid-batch-{robust}": Composition(aligned="hybrid-batch", robust=robust)
        for robust in ROBUST
    },
    CONFUSED: Composition(aligned="contrastive-mono", confused=True),
    f"{CONFUSED}-hybrid-batch": Composition(aligned="hybrid-batch", confused=True),
    ADAPTED: Composition(text=DOMAIN),
    **{
        f"{name}-{key}": Composition(text=text, aligned=key)
        for name, text in ((ADAPTED, DOMAIN), (FURTHER, GENERAL))
        for key in ("hybrid-batch", "labse")
    },
    **{
        f"{method}-{size}": Composition(encoder=encoder, method=method)
        for size, encoder in SIZES.items()
        for method in CLAIMED_ARMS
    },
}


def composition_of(arm: str) -> Composition:
    """Return what an arm is composed of; one that prepares nothing is its method alone."""
    return COMPOSITIONS.get(arm, Composition(method=method_key(arm)))


def _sweep() -> dict[str, Variant]:
    """Return the settings that are compared on the source language before any is chosen."""
    third, sixth = 1 / 3, 1 / 6
    attacks = [
        *((radius, 1, third, third) for radius in (0.01, 0.03, 0.1, 0.3)),
        *((radius, 3, third, third) for radius in (0.03, 0.1)),
        *((radius, 1, sixth, sixth) for radius in (0.03, 0.1)),
        *((radius, 1, 0.0, sixth) for radius in (0.03, 0.1)),
    ]
    found = {
        f"adversarial-radius-{radius}-steps-{steps}-plain-{plain:.2f}-ramp-{ramp:.2f}": Variant(
            method="adversarial",
            settings=AdversarialConfig(
                radius=radius, steps=steps, plain_share=plain, ramp_share=ramp
            ),
        )
        for radius, steps, plain, ramp in attacks
    }
    for radius in (0.1, 0.3, 1.0):
        found[f"smoothing-noise-radius-{radius}"] = Variant(
            method="smoothing-noise", settings=NoiseConfig(radius=radius)
        )
        found[f"consistency-radius-{radius}"] = Variant(
            method="consistency", settings=ConsistencyConfig(radius=radius)
        )
    return found


SWEPT: Final[Mapping[str, Variant]] = _sweep()


VARIANTS: Final[Mapping[str, Variant]] = {
    RELEASED: Variant(method="smoothing-synonyms", matching="released"),
    STATIC_RELEASED: Variant(method="smoothing-synonyms-static", matching="released"),
    THROUGHOUT: Variant(method="smoothing-synonyms", settings=SynonymsConfig()),
    **SWEPT,
}


# An update costs more on real languages, so fewer settings are compared there.
REAL_SWEPT: Final = (
    *(
        f"adversarial-radius-{radius}-steps-1-plain-0.33-ramp-0.33"
        for radius in (0.01, 0.03, 0.1, 0.3)
    ),
    *(f"smoothing-noise-radius-{radius}" for radius in (0.3, 1.0)),
    *(f"consistency-radius-{radius}" for radius in (0.1, 0.3)),
)


# What methods know of words; all others read none of it, so they run without.
WORD_DATA: Final[Mapping[str, tuple[str, ...]]] = {
    "smoothing-synonyms": ("neighbours",),
    "smoothing-synonyms-static": ("neighbours",),
    "code-switch": ("dictionaries",),
}


def method_key(arm: str) -> str:
    """Return the method an arm fine-tunes with: its own name, unless it is made of parts."""
    if arm in COMPOSITIONS:
        return COMPOSITIONS[arm].method
    return VARIANTS[arm].method if arm in VARIANTS else arm


def matching_of(arm: str) -> str:
    """Return how an arm finds words among the neighbours: ``handled`` or ``released``."""
    return VARIANTS[arm].matching if arm in VARIANTS else "handled"


def methods_of(config: AnyStudyConfig, arm: str, task: str = "") -> MethodsConfig:
    """Return the settings of the methods as an arm has them; real tasks differ in some."""
    own = VARIANTS[arm].settings if arm in VARIANTS else None
    changed: dict[str, Any] = {} if own is None else {_section(arm): own}
    if isinstance(config, RealStudyConfig) and task:
        changed["copies"] = config.tasks[task].copies
    return replace(config.methods, **changed)


def method_settings(config: AnyStudyConfig, arm: str, task: str = "") -> Any:
    """Return what an arm's method is set to, as plain data; nothing for one without settings."""
    return settings(getattr(methods_of(config, arm, task), _section(arm), None))


def _section(arm: str) -> str:
    """Return the part of the methods' settings that an arm uses."""
    shared = {"smoothing-synonyms-static": "copies", "clean-matched": "copies"}
    return shared.get(method_key(arm), method_key(arm).replace("-", "_"))
