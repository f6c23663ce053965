"""The contract of a degradation: y = A(x) + n."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np

from restorers.errors import RestorersError
from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text

FAMILIES: dict[str, Text] = {
    "noise": Text("Noise", "噪声"),
    "blur": Text("Blur", "模糊"),
    "resolution": Text("Resolution", "分辨率"),
    "colour": Text("Colour", "颜色"),
    "coding": Text("Coding", "编码"),
    "missing": Text("Missing parts", "缺失"),
}


@dataclass(frozen=True)
class Observation:
    """What a degradation returns: the degraded photo, and what is known of how it came about.

    Attributes:
        photo: the degraded photo, float32 (height, width, 3), the size of the original. In [0, 1], except that noise
            with ``clip`` off may leave that range.
        degradation: what was applied; None where the photo was bad from the start.
        seed: the seed that repeats it; None where it was not applied by ``degrade``.
        mask: bool (height, width), True where a pixel is missing; None where none is.
        kernel: blur kernel, float32 (k, k) of sum 1, where the blur is one convolution with reflected borders.
        noise_sigma: standard deviation of the noise, in units of the photo ([0, 1]), where it is white and known; 0 where there is none.
        scale: factor by which the resolution was reduced.
    """

    photo: np.ndarray
    degradation: Degradation | None = None
    seed: int | None = None
    mask: np.ndarray | None = None
    kernel: np.ndarray | None = None
    noise_sigma: float | None = None
    scale: float | None = None


class Degradation(Parameterised, PlugIn, ABC):
    """A parameterised operator y = A(x) + n. A subclass is a frozen dataclass whose fields are ``param(...)``.

    Class attributes:
        family: a key of ``FAMILIES``.
        title, help: shown on the page and by the command line.
        reference: where the operator is defined.
    """

    family: ClassVar[str]
    title: ClassVar[Text]
    help: ClassVar[Text]
    reference: ClassVar[str] = ""

    @abstractmethod
    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        """Degrade ``photo`` (float32, (height, width, 3), [0, 1]; not modified) with random numbers from ``rng`` alone.

        Returns:
            The observation: photo of the same shape and type, with whatever is known beside it.
        """


def _noisy(step: Degradation, seen: Observation) -> bool:
    """Whether ``step`` has added noise, of known strength or not."""
    return step.family in ("noise", "chain") if seen.noise_sigma is None else seen.noise_sigma > 0


@dataclass(frozen=True)
class Chain(Degradation):
    """Several degradations, one after the other: y = Dₙ(… D₂(D₁(x))).

    What is known of the parts stays known only where it still describes the whole: missing pixels add up; kernel, noise
    and factor are kept where nothing but noise follows the one blur or downscale; of several noises none is known.

    Args:
        steps: the degradations in the order in which they are applied; at least one.
    """

    name: ClassVar[str] = "chain"
    family: ClassVar[str] = "chain"
    title: ClassVar[Text] = Text("Chain", "组合")
    help: ClassVar[Text] = Text("Several degradations, one after the other.", "依次施加多种退化。")

    steps: tuple[Degradation, ...] = field(default=())

    def __post_init__(self) -> None:
        if not self.steps:
            raise RestorersError(Text("A chain needs at least one degradation. Received: none.", "组合至少需要一种退化。收到：无。"))

    def apply(self, photo: np.ndarray, rng: np.random.Generator) -> Observation:
        # one child generator a step: changing one step leaves the random draws of the others as they were
        first, *others = rng.spawn(len(self.steps))
        observation = self.steps[0].apply(photo, first)
        noisy = _noisy(self.steps[0], observation)
        for step, child in zip(self.steps[1:], others, strict=True):
            new = step.apply(observation.photo, child)
            mask = new.mask if observation.mask is None else observation.mask if new.mask is None else observation.mask | new.mask
            known = observation if step.family == "noise" else Observation(photo)
            noise = new.noise_sigma if step.family == "noise" and not noisy else None
            noisy = noisy or _noisy(step, new)
            observation = replace(new, mask=mask, kernel=known.kernel, scale=known.scale, noise_sigma=noise)
        return observation

    def describe(self, changed: bool = False) -> str:
        return " → ".join(step.describe(changed) for step in self.steps)


def degrade(photo: np.ndarray, degradation: Degradation, seed: int = 0) -> Observation:
    """Apply ``degradation`` to ``photo`` with a fixed ``seed``: the same seed gives the same bytes.

    Args:
        photo: float32 (height, width, 3), RGB in [0, 1]; not modified.
        degradation: one degradation or a ``Chain``.
        seed: non-negative integer.
    """
    return replace(degradation.apply(photo, np.random.default_rng(seed)), degradation=degradation, seed=seed)
