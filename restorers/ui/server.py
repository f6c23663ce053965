"""What the page needs of the server beside Gradio: pictures, health, limits, the language before the first picture, sweeping."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Container
from functools import cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from restorers.errors import RestorersError
from restorers.photo import fit_within, read_photo, to_uint8
from restorers.presets import PRESETS
from restorers.samples import SAMPLES
from restorers.scratch import remove_abandoned
from restorers.ui import uploads
from restorers.ui.guard import BodyLimit, Doors, RateLimit
from restorers.ui.health import health_route
from restorers.ui.language import EARLY_SCRIPT
from restorers.ui.memory import Pictures, Shelf
from restorers.ui.restore_handlers import Desk

THUMBNAIL = 64
CARD_PICTURES = ("examples", "loss")
SWEEP_EVERY = 20.0  # seconds: what is uploaded in between may stand above the bound


class EarlyScript:
    """Puts ``EARLY_SCRIPT`` first into the head of the page."""

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        home = ("", scope.get("root_path", "").rstrip("/"))
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"].rstrip("/") not in home:
            return await self.app(scope, receive, send)
        start: Message = {}
        body = b""

        async def rewritten(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            page = body.replace(b"<head>", b"<head>" + EARLY_SCRIPT.encode(), 1)
            headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
            await send({**start, "headers": [*headers, (b"content-length", str(len(page)).encode())]})
            await send({"type": "http.response.body", "body": page})

        await self.app(scope, receive, rewritten)


def picture_route(pictures: Pictures) -> Route:
    """GET pictures/<token>.png: the picture, or 404 where the token is unknown or the picture gone."""

    async def answer(request: Request) -> Response:
        picture = pictures.get(request.path_params["token"])
        if picture is None:
            return Response("gone", 404, media_type="text/plain")
        png = await run_in_threadpool(picture.png)
        return Response(
            png, media_type="image/png", headers={"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
        )

    return Route(f"/{Pictures.FOLDER}/{{token}}.png", answer)


@cache
def _thumbnail(name: str) -> bytes:
    import cv2

    pixels = to_uint8(fit_within(read_photo(SAMPLES[name].path).photo, 2 * THUMBNAIL))
    return cv2.imencode(".jpg", cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), (cv2.IMWRITE_JPEG_QUALITY, 85))[1].tobytes()


def sample_route() -> Route:
    """GET samples/<name>.jpg: a sample photo in small, to choose by."""

    async def answer(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in SAMPLES:
            return Response("no such sample", 404, media_type="text/plain")
        return Response(
            await run_in_threadpool(_thumbnail, name), media_type="image/jpeg", headers={"Cache-Control": "public, max-age=86400"}
        )

    return Route("/samples/{name}.jpg", answer)


def card_route() -> Route:
    """GET cards/<preset>/<picture>.png: a picture of the card of a preset that everybody has."""

    def read(name: str, picture: str) -> bytes | None:
        if picture not in CARD_PICTURES or name not in PRESETS.names():
            return None
        with contextlib.suppress(OSError, RestorersError):
            return (PRESETS.get(name).folder / f"{picture}.png").read_bytes()
        return None

    async def answer(request: Request) -> Response:
        png = await run_in_threadpool(read, request.path_params["name"], request.path_params["picture"])
        if png is None:
            return Response("no such picture", 404, media_type="text/plain")
        return Response(png, media_type="image/png", headers={"Cache-Control": "public, max-age=3600"})

    return Route("/cards/{name}/{picture}.png", answer)


def app_kwargs(desk: Desk, *shelves: Shelf, kept: Callable[[], Container[str]] = frozenset) -> dict[str, Any]:
    """For ``launch(app_kwargs=…)``.

    Args:
        desk: what the Restore tab keeps.
        shelves: what else is kept, and swept.
        kept: the files in the folder of the uploads that stay.
    """
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")  # uvicorn would believe whatever stands before it on this machine

    @contextlib.asynccontextmanager
    async def lifespan(_app):
        folder = uploads.private_folder()

        async def sweep() -> None:
            while True:
                for shelf in (*desk.shelves, *shelves):
                    shelf.sweep()
                await run_in_threadpool(uploads.sweep, folder, kept())
                await run_in_threadpool(remove_abandoned)
                await asyncio.sleep(SWEEP_EVERY)

        task = asyncio.create_task(sweep())
        yield
        task.cancel()

    return {
        "routes": [picture_route(desk.pictures), sample_route(), card_route(), health_route(desk.line)],
        "middleware": [Middleware(Doors), Middleware(RateLimit), Middleware(BodyLimit), Middleware(EarlyScript)],
        "lifespan": lifespan,
    }
