"""What the server keeps for its visitors: in memory, bounded, and not for long."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np

HOUR = 3600.0


@dataclass
class _Kept:
    value: Any
    size: int
    owner: str | None
    born: float


class Shelf:
    """Keeps values up to a number of bytes and an age; the one unused for longest goes first. Safe between threads.

    Args:
        max_bytes: bound on the sum of the sizes given to ``put``; a single larger value is still kept, alone.
        max_age: seconds after which a value is gone, however often it was used; with ``renewed``, seconds since it was last used.
        max_owned: how many values one owner may have at once; the oldest goes first.
    """

    def __init__(
        self,
        max_bytes: int,
        max_age: float = HOUR,
        max_owned: int = 64,
        clock: Callable[[], float] = time.monotonic,
        renewed: bool = False,
    ):
        self.max_bytes, self.max_age, self.max_owned, self.clock, self.renewed = max_bytes, max_age, max_owned, clock, renewed
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = threading.RLock()

    def put(self, key: Hashable, value: Any, size: int, owner: str | None = None) -> None:
        """Keep ``value`` of ``size`` bytes for ``owner`` and make room for it."""
        with self._lock:
            self._kept.pop(key, None)
            self._kept[key] = _Kept(value, size, owner, self.clock())
            self.sweep()
            if owner is not None:
                owned = [k for k, kept in self._kept.items() if kept.owner == owner]
                for old in owned[: -self.max_owned]:
                    del self._kept[old]
            while len(self._kept) > 1 and self.bytes() > self.max_bytes:
                self._kept.popitem(last=False)

    def get(self, key: Hashable) -> Any | None:
        """The value, or None where it is unknown or gone."""
        with self._lock:
            kept = self._kept.get(key)
            if kept is None or self.clock() - kept.born > self.max_age:
                self._kept.pop(key, None)
                return None
            self._kept.move_to_end(key)
            if self.renewed:
                kept.born = self.clock()
            return kept.value

    def discard(self, key: Hashable) -> None:
        """Forget one value."""
        with self._lock:
            self._kept.pop(key, None)

    def drop(self, owner: str) -> None:
        """Forget everything of ``owner``."""
        with self._lock:
            for key in [k for k, kept in self._kept.items() if kept.owner == owner]:
                del self._kept[key]

    def sweep(self) -> None:
        """Forget what is too old."""
        with self._lock:
            now = self.clock()
            for key in [k for k, kept in self._kept.items() if now - kept.born > self.max_age]:
                del self._kept[key]

    def bytes(self) -> int:
        """The sum of the sizes."""
        with self._lock:
            return sum(kept.size for kept in self._kept.values())

    def __len__(self) -> int:
        return len(self._kept)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._kept


class Picture:
    """A picture that becomes a PNG when somebody first asks for it: what nobody looks at costs nothing."""

    def __init__(self, pixels: np.ndarray):
        self._pixels: np.ndarray | None = pixels
        self._png: bytes | None = None
        self._lock = threading.Lock()

    def png(self) -> bytes:
        from restorers.photo import encode_png

        with self._lock:
            if self._png is None:
                self._png = encode_png(self._pixels)
                self._pixels = None
            return self._png


class Pictures(Shelf):
    """The pictures that the browser may ask for, each under a token that cannot be guessed."""

    FOLDER = "pictures"

    def publish(self, photo: np.ndarray, owner: str) -> str:
        """Keep ``photo`` (float32 in [0, 1], or uint8) for ``owner``; returns its address relative to the page."""
        from restorers.photo import to_uint8

        pixels = photo if photo.dtype == np.uint8 else to_uint8(photo)
        token = secrets.token_urlsafe(24)
        self.put(token, Picture(pixels), pixels.nbytes, owner)
        return f"{self.FOLDER}/{token}.png"

    def encode(self, address: str) -> None:
        """Make the PNG of the picture at ``address`` before anybody asks for it."""
        picture = self.get(self._token(address))
        if picture is not None:
            picture.png()

    def alive(self, address: str) -> bool:
        """Whether the picture at ``address`` is still there; it is then kept longer."""
        return self.get(self._token(address)) is not None

    def _token(self, address: str) -> str:
        return address.removeprefix(f"{self.FOLDER}/").removesuffix(".png")
