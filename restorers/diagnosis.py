"""What is wrong with a photo, from the maps of a network that classifies, and which presets mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from restorers.degradations._missing import FILL
from restorers.photo import HALF_LEVEL, is_gray
from restorers.text import Text

CERTAIN = 1e-6  # probabilities are taken no nearer to 0 and 1 than this, so that one pixel cannot decide for all
LEAST_MISSING, LEAST_MISSING_IN_GRAY = 5e-4, 0.01  # share of the pixels; in a gray photo many have the gray of missing ones by chance
LOST = (float(FILL), 0.0, 1.0)  # the gray of missing pixels, and what impulses leave
# a pixel is lost where the network gives more than this: one that has the gray at this place of LOST exactly; one that has it in a
# gray photo; any other
SUSPECT, SUSPECT_IN_GRAY, UNSUSPECTED = (0.0005, 0.01, 0.01), 0.5, 0.9


@dataclass(frozen=True)
class Damage:
    """One kind of damage that a network looks for.

    Attributes:
        name: family or name of the degradations that do it.
        said: what it is called within a sentence.
        specialist: the preset that mends it.
        local: it strikes single pixels; the others lie over the whole photo.
    """

    name: str
    said: Text
    specialist: str
    local: bool = False


# in the order of the channels of the network, which is the order in which they are mended: what came last goes first
DAMAGES = (
    Damage("jpeg", Text("JPEG artefacts", "JPEG 压缩痕迹"), "dejpeg"),
    Damage("missing", Text("missing pixels", "缺失像素"), "inpaint", local=True),
    Damage("noise", Text("noise", "噪声"), "denoise"),
    Damage("blur", Text("blur", "模糊"), "deblur"),
    Damage("resolution", Text("low resolution", "低分辨率"), "enlarge"),
)
SOFT = ("blur", "resolution")  # both take fine detail away, and mending one of them brings it back
BLUR_OR_RESOLUTION = Text("blur or low resolution", "模糊或低分辨率")
# a JPEG that was mended looks a little soft: the least multiple of 0.05 at which none of 40 sharp photos was sharpened then;
# `benchmark softness` measures it, anew for every other dejpeg
SOFT_AFTER_JPEG = 0.95


def channel(name: str) -> int:
    """The channel of the damage called ``name``."""
    return [damage.name for damage in DAMAGES].index(name)


@dataclass(frozen=True)
class Diagnosis:
    """What is wrong with a photo.

    Attributes:
        probabilities: one for each of ``DAMAGES``; of local damage the share of the pixels that it has struck.
        missing: bool (height, width), True where a pixel is lost; nowhere where they are too few to be more than mistakes.
    """

    probabilities: tuple[float, ...]
    missing: np.ndarray

    def probability(self, damage: Damage) -> float:
        """The one of ``damage``."""
        return self.probabilities[DAMAGES.index(damage)]

    @property
    def found(self) -> tuple[Damage, ...]:
        """What to mend, in the order of mending: all that is more likely than not, of blur and low resolution the likelier."""
        soft = max((damage for damage in DAMAGES if damage.name in SOFT), key=self.probability)
        likely = (damage for damage in DAMAGES if damage.name not in SOFT and self.probability(damage) > (0 if damage.local else 0.5))
        return (*likely, soft) if self.softness > 0.5 else tuple(likely)

    @property
    def softness(self) -> float:
        """The probability that fine detail is gone: of blur or of low resolution, which exclude each other, as the network has learned."""
        return min(1.0, sum(self.probability(damage) for damage in DAMAGES if damage.name in SOFT))

    def finding(self, damage: Damage) -> tuple[Damage, float]:
        """How ``damage`` is reported, and how sure it is: of softness whose kind is not sure both are named."""
        if damage.name in SOFT and self.probability(damage) <= 0.5:
            return replace(damage, said=BLUR_OR_RESOLUTION), self.softness
        return damage, self.probability(damage)

    def left(self, mended: Sequence[Damage]) -> tuple[Damage, ...]:
        """What was found and not mended yet; after blur no low resolution, nor the other way round, and after JPEG either only where it is surer."""
        names = {damage.name for damage in mended}
        names |= set(SOFT) if names & set(SOFT) else set()
        if "jpeg" in names and self.softness < SOFT_AFTER_JPEG:
            names |= set(SOFT)
        return tuple(damage for damage in self.found if damage.name not in names)


def report(mended: Sequence[tuple[Damage, float]]) -> Text:
    """What was found, how surely, and by whom it was mended.

    Args:
        mended: each damage in the order in which it was mended, with its probability; see ``Diagnosis.finding``.
    """
    if not mended:
        return Text(
            "It found no noise, blur, low resolution, JPEG artefacts or missing pixels, and left the photo as it is.",
            "未发现噪声、模糊、低分辨率、JPEG 压缩痕迹或缺失像素，照片保持原样。",
        )
    said = _joined([_said(damage, probability) for damage, probability in mended])
    names = ", ".join(damage.specialist for damage, _ in mended)
    order = Text(" in this order", "依次") if len(mended) > 1 else Text("", "")
    return Text(f"It found {said.en}, and had it mended{order.en} by {names}.", f"发现{said.zh}，{order.zh}由 {names} 修复。")


def _said(damage: Damage, probability: float) -> Text:
    if damage.local:
        share = f"{float(f'{100 * probability:.2g}'):g} %"  # .2g alone writes 100 as 1e+02
        return Text(f"{damage.said.en} ({share} of all)", f"{damage.said.zh}（占 {share}）")
    sure = f"{100 * probability:.0f} %"
    return Text(f"{damage.said.en} ({sure} sure)", f"{damage.said.zh}（把握 {sure}）")


def _joined(parts: Sequence[Text]) -> Text:
    return Text(" and ".join(filter(None, (", ".join(p.en for p in parts[:-1]), parts[-1].en))), "、".join(p.zh for p in parts))


def diagnose(maps: np.ndarray, photo: np.ndarray) -> Diagnosis:
    """What the maps of a network say of the whole photo.

    Of damage that lies over all of it the evidence of the pixels, log(p / (1 − p)), is averaged: a place where nothing can be
    seen, such as a clear sky, says neither yes nor no. In a photo in colour hardly any pixel is by chance exactly as a lost one
    is, so little is asked of the network there, and nothing next to a pixel that is lost.

    Args:
        maps: float32 (height, width, one for each of ``DAMAGES``), probabilities.
        photo: what they were made of, float32 (height, width, 3).
    """
    from scipy import ndimage

    p = np.clip(maps, CERTAIN, 1 - CERTAIN)
    evidence = np.log(p / (1 - p)).mean(axis=(0, 1), dtype=np.float64)
    whole = 1 / (1 + np.exp(-evidence))
    in_gray, asked = is_gray(photo), np.full(maps.shape[:2], UNSUSPECTED)
    for gray, enough in zip(LOST, SUSPECT, strict=True):
        asked[(np.abs(photo - gray) < HALF_LEVEL).all(axis=-1)] = SUSPECT_IN_GRAY if in_gray else enough
    missing = maps[..., channel("missing")] > asked
    if not in_gray:  # a scratch goes on where it has its gray, whatever the network gives
        filled = (np.abs(photo - FILL) < HALF_LEVEL).all(axis=-1)
        missing = ndimage.binary_propagation(missing, np.ones((3, 3)), missing | filled)
    if missing.mean() < (LEAST_MISSING_IN_GRAY if in_gray else LEAST_MISSING):
        missing = np.zeros_like(missing)
    share = float(missing.mean())
    return Diagnosis(tuple(share if damage.local else float(value) for damage, value in zip(DAMAGES, whole, strict=True)), missing)
