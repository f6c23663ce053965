"""The contract of an architecture: builds a Keras model from a few integers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from restorers.params import Parameterised
from restorers.registry import PlugIn
from restorers.text import Text

if TYPE_CHECKING:
    import keras


class Architecture(Parameterised, PlugIn, ABC):
    """A network that can be built. A subclass is a frozen dataclass whose fields are ``param(...)``.

    The model maps float32 (batch, height, width, ``channels``) to (batch, height, width, ``output_channels``), both with
    values in [0, 1]. Every layer has an explicit name, because weights are stored by name. Only Keras layers and
    ``keras.ops`` are used, so that the same code trains under JAX and serves under TensorFlow.

    Class attributes:
        title, help: shown on the page and by the command line.
        reference: where the network was published.
    """

    title: ClassVar[Text]
    help: ClassVar[Text]
    reference: ClassVar[str] = ""

    input_size: int | None = None
    """Height and width of the input in pixels; None if any size will do."""
    multiple: int = 1
    """Height and width must be divisible by this where any size will do."""
    context: int = 0
    """How far, in pixels, one input pixel noticeably influences the output; overlap of tiles."""
    channels: int = 3
    """Channels of the input: 1 luminance, 3 RGB, 4 RGB and the mask of missing pixels."""
    output_channels: int = 3
    """Channels of the output: 1 luminance or 3 RGB; of a network that classifies, one for each kind."""
    classifies: bool = False
    """The output is no photo but, for each pixel, the probability of each kind."""

    @abstractmethod
    def build(self) -> keras.Model:
        """Build the model with fresh weights."""
