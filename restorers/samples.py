"""Example photos that ship inside installed packages, and pictures made from them: no network connection, no copy in this project."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np

from restorers.photo import read_photo, write_photo
from restorers.registry import UnknownName
from restorers.scratch import scratch_folder
from restorers.text import Text

FACE = (slice(0, 200), slice(126, 326))  # rows and columns of the astronaut's face
FACE_SIDE, DIGIT_SIDE = 80, 28  # the sizes that the tutorials' networks take


@dataclass(frozen=True)
class Sample:
    """One example photo.

    Attributes:
        title: what the page prints.
        credit: who made it and under which terms.
        package, file: the installed package and the path inside it.
    """

    title: Text
    credit: str
    package: str
    file: str

    @property
    def path(self) -> Path:
        """The file; found without importing its package."""
        return Path(find_spec(self.package).submodule_search_locations[0], self.file)


@dataclass(frozen=True)
class MadeSample:
    """An example picture that is made when it is first asked for, and then lies in a folder of this process's user.

    Attributes:
        title, credit: as of ``Sample``.
        file: its name there.
        make: returns the picture, float32 (height, width, 3) in [0, 1].
    """

    title: Text
    credit: str
    file: str
    make: Callable[[], np.ndarray]

    @property
    def path(self) -> Path:
        """The file."""
        path = Path(_made_folder().name) / self.file
        if not path.is_file():
            write_photo(path, self.make())
        return path


@cache
def _made_folder() -> tempfile.TemporaryDirectory:
    return scratch_folder("samples")


def face() -> np.ndarray:
    """The astronaut's face at 80×80, as the faces of tutorial 002 are."""
    photo = read_photo(PHOTOS["astronaut"].path).photo
    return cv2.resize(np.ascontiguousarray(photo[FACE]), (FACE_SIDE, FACE_SIDE), interpolation=cv2.INTER_AREA)


def digit() -> np.ndarray:
    """A digit drawn with one of OpenCV's fonts at 28×28, white on black, as those of tutorial 003 are."""
    side = 4 * DIGIT_SIDE
    canvas = np.zeros((side, side), np.uint8)
    cv2.putText(canvas, "5", (0, side), cv2.FONT_HERSHEY_DUPLEX, 2.8, 255, 9, cv2.LINE_AA)
    left, top, width, height = cv2.boundingRect(canvas)
    canvas = np.roll(canvas, ((side - height) // 2 - top, (side - width) // 2 - left), axis=(0, 1))
    small = cv2.resize(canvas, (DIGIT_SIDE, DIGIT_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(255)
    return np.repeat(small[..., None], 3, axis=-1)


PHOTOS: dict[str, Sample] = {
    "astronaut": Sample(Text("Astronaut", "宇航员"), "NASA, public domain; from scikit-image", "skimage", "data/astronaut.png"),
    "cat": Sample(Text("Cat", "猫"), "Stefan van der Walt, CC0; from scikit-image", "skimage", "data/chelsea.png"),
    "coffee": Sample(Text("Coffee", "咖啡"), "Rachel Michetti, CC0; from scikit-image", "skimage", "data/coffee.png"),
    "motorcycle": Sample(Text("Motorcycle", "摩托车"), "Middlebury stereo 2014; from scikit-image", "skimage", "data/motorcycle_left.png"),
    "rocket": Sample(Text("Rocket", "火箭"), "SpaceX, public domain; from scikit-image", "skimage", "data/rocket.jpg"),
    "tower": Sample(Text("Tower", "铁塔"), "from Gradio", "gradio", "media_assets/images/tower.jpg"),
    "galaxies": Sample(
        Text("Galaxies", "星系"), "NASA/ESA Hubble, public domain; from scikit-image", "skimage", "data/hubble_deep_field.jpg"
    ),
}

SAMPLES: dict[str, Sample | MadeSample] = {
    **PHOTOS,
    "face": MadeSample(Text("Small face", "小人脸"), "NASA, public domain; from scikit-image", "face.png", face),
    "digit": MadeSample(Text("Digit", "数字"), "drawn with a font of OpenCV", "digit.png", digit),
}


def sample_photo(name: str) -> np.ndarray:
    """The example photo called ``name``, a key of ``SAMPLES``; ``UnknownName`` otherwise."""
    if name not in SAMPLES:
        known = ", ".join(SAMPLES)
        raise UnknownName(
            Text(f"There is no sample photo called {name!r}. Known: {known}.", f"没有名为 {name!r} 的示例照片。已知：{known}。")
        )
    return read_photo(SAMPLES[name].path).photo
