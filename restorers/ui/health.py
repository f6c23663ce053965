"""GET /health: whether this server restores photos, shown by restoring one."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from restorers.text import Text
from restorers.ui.guard import language
from restorers.ui.jobs import Line
from restorers.ui.words import server as words

SIDE = 64  # pixels
FRESH = 10.0  # seconds that an answer is given again
PATIENCE = 25.0  # seconds that one may take; the first one loads the network
SILENCE = 600.0  # seconds without a word from the restoration at work


def small_restoration() -> float:
    """Restore a corner of a sample photo, broken by Gaussian noise of σ 25; returns the gain over doing nothing, in dB.

    Uses the preset ``denoise``, or non-local means where there is none.
    """
    from restorers.degradations import DEGRADATIONS, degrade
    from restorers.metrics import psnr
    from restorers.presets import PRESETS
    from restorers.restore import find_restorer, restore
    from restorers.samples import PHOTOS, sample_photo

    truth = sample_photo(next(iter(PHOTOS)))[:SIDE, :SIDE]
    seen = degrade(truth, DEGRADATIONS.get("gaussian_noise")(sigma=25), seed=0)
    mended = restore(seen, find_restorer("denoise" if "denoise" in PRESETS.names() else "non_local_means"))
    return psnr(mended.photo, truth) - psnr(seen.photo.clip(0, 1), truth)


class Health:
    """Answers whether restorations succeed; however often it is asked, it restores once in ``fresh`` seconds.

    Args:
        line: where heavy work waits.
        check: restores something; returns its gain in dB.
        fresh, patience, silence: seconds: how long an answer holds, how long one may take, how long the line's work may say nothing.
    """

    def __init__(
        self,
        line: Line,
        check: Callable[[], float] = small_restoration,
        fresh: float = FRESH,
        patience: float = PATIENCE,
        silence: float = SILENCE,
    ):
        self.line, self.check, self.fresh, self.patience, self.silence = line, check, fresh, patience, silence
        self._running: asyncio.Task[tuple[float, float, Text | None]] | None = None
        self._ended = -fresh

    async def _restored(self) -> tuple[float, float, Text | None]:
        """Seconds, gain, and what is wrong."""
        start = time.perf_counter()
        gain, wrong = 0.0, None
        try:
            gain = await run_in_threadpool(self.check)
            if not gain > 0:
                wrong = words.CHECK_WORSE.format(gain=gain)
        except Exception:
            logging.getLogger(__name__).exception("the health check failed")
            wrong = words.CHECK_FAILED
        self._ended = time.monotonic()
        return time.perf_counter() - start, gain, wrong

    async def answer(self, request: Request) -> JSONResponse:
        """``status`` "ok", ``seconds`` and ``gain`` (dB) of the restoration; 503 with ``status`` "failing" and ``detail`` otherwise."""
        if (silent := self.line.silent()) > self.silence:
            return self._failing(request, words.LINE_STUCK.format(seconds=silent))
        if self._running is None or (self._running.done() and time.monotonic() - self._ended > self.fresh):
            self._running = asyncio.create_task(self._restored())
        done, _ = await asyncio.wait({self._running}, timeout=self.patience)
        if not done:
            return self._failing(request, words.CHECK_SLOW.format(seconds=self.patience))
        seconds, gain, wrong = self._running.result()
        if wrong is not None:
            return self._failing(request, wrong)
        return JSONResponse({"status": "ok", "seconds": round(seconds, 3), "gain": round(gain, 2)}, headers={"Cache-Control": "no-store"})

    def _failing(self, request: Request, why: Text) -> JSONResponse:
        body = {"status": "failing", "detail": why.to(language(request.headers))}
        return JSONResponse(body, 503, headers={"Cache-Control": "no-store"})


def health_route(line: Line) -> Route:
    """GET /health."""
    return Route("/health", Health(line).answer)
