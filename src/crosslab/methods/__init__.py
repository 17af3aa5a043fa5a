"""The methods, one object each. Adding one: ``CONTRIBUTING.md``."""

from collections.abc import Callable, Mapping
from typing import Final

from crosslab.config import MethodsConfig
from crosslab.methods.adversarial import Adversarial
from crosslab.methods.base import Method
from crosslab.methods.clean_matched import CleanMatched
from crosslab.methods.code_switch import CodeSwitch
from crosslab.methods.consistency import Consistency
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
