from pathlib import Path

import cv2
import numpy as np
import pytest

from restorers.ui.jobs import Line
from restorers.ui.restore_handlers import Desk


@pytest.fixture
def desk():
    return Desk(Line())


@pytest.fixture
def photo_file(tmp_path) -> Path:
    """A small smooth photo with an edge, as a PNG."""
    y, x = np.mgrid[0:48, 0:64].astype(np.float32)
    photo = np.stack([x / 64, y / 48, (x > 30) * 0.6 + 0.2], axis=-1)
    path = tmp_path / "photo.png"
    cv2.imwrite(str(path), np.rint(photo[..., ::-1] * 255).astype(np.uint8))
    return path


@pytest.fixture
def large_file(tmp_path) -> Path:
    path = tmp_path / "large.png"
    cv2.imwrite(str(path), np.full((1200, 2400, 3), 90, np.uint8))
    return path
