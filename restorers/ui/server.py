"""What the page needs of the server beside Gradio: pictures, limits, the language before the first picture, sweeping."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from restorers.photo import fit_within, read_photo, to_uint8
from restorers.samples import SAMPLES
from restorers.ui.language import EARLY_SCRIPT
from restorers.ui.memory import Pictures, Shelf

MAX_UPLOAD = 25_000_000
MAX_BODY = 256_000
LIMITS = {"/upload": MAX_UPLOAD}
THUMBNAIL = 64
SWEEP_EVERY = 300.0  # seconds


class BodyLimit:
    """Refuses request bodies that are too long with status 413, before anything reads them.

    Args:
        app: the application behind it.
        limits: bytes allowed by the end of the path.
        other: bytes allowed for every other request.
    """

    def __init__(self, app: ASGIApp, limits: Mapping[str, int] = LIMITS, other: int = MAX_BODY):
        self.app, self.limits, self.other = app, limits, other

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"].rstrip("/")
        limit = next((most for end, most in self.limits.items() if path.endswith(end)), self.other)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit() or int(declared) > limit:
            return await self._refuse(send, limit)
        seen, answered, refused = 0, False, False

        async def counted() -> Message:
            nonlocal seen, refused
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def passed(message: Message) -> None:
            nonlocal answered
            if refused and not answered:
                answered = True
                await self._refuse(send, limit)
            elif not refused:
                answered = answered or message["type"] == "http.response.start"
                await send(message)

        try:
            await self.app(scope, counted, passed)
        except Exception:
            if not refused:
                raise
        if refused and not answered:
            await self._refuse(send, limit)

    @staticmethod
    async def _refuse(send: Send, limit: int) -> None:
        body = json.dumps({"error": f"The request is longer than {limit} bytes."}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": body})


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


def app_kwargs(pictures: Pictures, *shelves: Shelf) -> dict[str, Any]:
    """For ``launch(app_kwargs=…)``."""

    @contextlib.asynccontextmanager
    async def lifespan(_app):
        async def sweep() -> None:
            while True:
                await asyncio.sleep(SWEEP_EVERY)
                for shelf in (pictures, *shelves):
                    shelf.sweep()

        task = asyncio.create_task(sweep())
        yield
        task.cancel()

    return {
        "routes": [picture_route(pictures), sample_route()],
        "middleware": [Middleware(BodyLimit), Middleware(EarlyScript)],
        "lifespan": lifespan,
    }
