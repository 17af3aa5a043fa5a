"""The methods, one object each. Adding one: ``CONTRIBUTING.md``.

Some fine-tune; others prepare an encoder before anything is fine-tuned, or searched.
"""

from collections.abc import Callable, Mapping
from typing import Final

from crosslab.arms import Composition
from crosslab.config import MethodsConfig, QuestionsConfig, SearchesConfig
from crosslab.methods.adversarial import Adversarial
from crosslab.methods.base import Method
from crosslab.methods.clean_matched import CleanMatched
from crosslab.methods.code_switch import CodeSwitch
from crosslab.methods.consistency import Consistency
from crosslab.methods.contrastive_cross import ContrastiveCross
from crosslab.methods.contrastive_mono import ContrastiveMono
from crosslab.methods.domain_adapted import DomainAdapted
from crosslab.methods.domain_adversarial import DomainAdversarial
from crosslab.methods.hybrid_batch import HybridBatch
from crosslab.methods.labse import Labse
from crosslab.methods.preparing import Aligning
from crosslab.methods.smoothing_noise import NoiseSmoothing
from crosslab.methods.smoothing_synonyms import SynonymSmoothing
from crosslab.methods.smoothing_synonyms_static import StaticSynonymSmoothing
from crosslab.methods.standard import Standard
from crosslab.registry import lookup

METHODS: Final[Mapping[str, Callable[[MethodsConfig], Method]]] = {
    "standard": lambda _: Standard(),
    "adversarial": lambda chosen: Adversarial(chosen.adversarial),
    "smoothing-noise": lambda chosen: NoiseSmoothing(chosen.smoothing_noise),
    "smoothing-synonyms": lambda chosen: SynonymSmoothing(chosen.smoothing_synonyms),
    "smoothing-synonyms-static": lambda chosen: StaticSynonymSmoothing(chosen.copies),
    "clean-matched": lambda chosen: CleanMatched(chosen.copies),
    "code-switch": lambda chosen: CodeSwitch(chosen.code_switch),
    "consistency": lambda chosen: Consistency(chosen.consistency),
}


def method(key: str, chosen: MethodsConfig) -> Method:
    """Return a method with its settings, or refuse with the nearest known one."""
    return lookup(METHODS, key, kind="arm")(chosen)


Shared = QuestionsConfig | SearchesConfig  # what all arms of a question have in common


ALIGNING_METHODS: Final[Mapping[str, Callable[[Composition, Shared], Aligning]]] = {
    "contrastive-mono": lambda *_: ContrastiveMono(),
    "contrastive-cross": lambda *_: ContrastiveCross(),
    "hybrid-batch": lambda arm, _: (
        HybridBatch() if arm.alpha is None else HybridBatch(alpha=arm.alpha)
    ),
    "labse": lambda *_: Labse(),
    "domain-adversarial": lambda _, chosen: DomainAdversarial(chosen.confusion),
}


ADAPTING_METHODS: Final = {DomainAdapted.key: DomainAdapted()}


def aligning(composition: Composition, chosen: Shared) -> tuple[Aligning, ...]:
    """Return the methods that align the encoder of an arm, in order; none where nothing does."""
    keys = [composition.aligned] if composition.aligned else []
    keys += [DomainAdversarial.key] if composition.confused else []
    return tuple(lookup(ALIGNING_METHODS, key, kind="arm")(composition, chosen) for key in keys)
