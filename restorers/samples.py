"""Example photos that ship inside installed packages: no network connection, no copy in this project."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from restorers.photo import read_photo
from restorers.registry import UnknownName
from restorers.text import Text


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


SAMPLES: dict[str, Sample] = {
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


def sample_photo(name: str) -> np.ndarray:
    """The example photo called ``name``, a key of ``SAMPLES``; ``UnknownName`` otherwise."""
    if name not in SAMPLES:
        known = ", ".join(SAMPLES)
        raise UnknownName(
            Text(f"There is no sample photo called {name!r}. Known: {known}.", f"没有名为 {name!r} 的示例照片。已知：{known}。")
        )
    return read_photo(SAMPLES[name].path).photo
