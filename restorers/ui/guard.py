"""What stands between the internet and the page: how long, how often, from where, and which of Gradio's doors are open."""

from __future__ import annotations

import ipaddress
import json
import math
import re
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from restorers.text import Text
from restorers.ui.words import server as words

MAX_UPLOAD = 25_000_000
MAX_BODY = 256_000
LIMITS = {"/upload": MAX_UPLOAD}
# a class of forty behind one address drags sliders, watches its trainings and opens the page all at once
PER_MINUTE = {
    r"(/gradio_api)?/upload": 240,
    r"/gradio_api/(queue/join|call/.+|mcp(/.*)?)": 600,
    r"/gradio_api/(run|api)/.+": 6000,
    r"|/config|/health|/gradio_api/(info|heartbeat/.+)": 600,  # the page opens
}
AT_ONCE = 512  # connections; every open page holds one or two
ADDRESSES = 10_000  # remembered at one time
LOCAL = {"localhost", "127.0.0.1", "0.0.0.0", "[::1]"}
# this page needs none of them; some fetch what others name, run functions or write files
CLOSED = re.compile(
    r"/(gradio_api/(component_server|custom_component|deep_link|dev/|file/|file=[a-z]+:|process_recording|profiling|proxy=|"
    r"run-history|runs|stream|undo-vibe-edit|vibe-)|monitoring|openapi\.json|svelte)",
    re.IGNORECASE,
)


def language(headers: Headers) -> str:
    """The language of this page that a browser asks for first; English where it asks for neither."""
    wanted = (part.strip()[:2].lower() for part in headers.get("accept-language", "").split(","))
    return next((w for w in wanted if w in ("en", "zh")), "en")


def path_of(scope: Scope) -> str:
    """The path below the page's own, without a slash at the end."""
    return scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/")


async def refuse(scope: Scope, send: Send, status: int, sentence: Text, headers: Mapping[str, str] | None = None) -> None:
    """Answer with ``sentence``, where Gradio's page and its clients look for it."""
    body = json.dumps({"detail": sentence.to(language(Headers(scope=scope)))}).encode()
    fields = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
    head = [(name.encode(), value.encode()) for name, value in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": body})


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
        too_long = words.TOO_LONG.format(limit=limit / 1e6)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if not declared.isdigit():
            return await refuse(scope, send, 413, words.NO_LENGTH)
        if len(declared) > 18 or int(declared) > limit:
            return await refuse(scope, send, 413, too_long)
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
                await refuse(scope, send, 413, too_long)
            elif not refused:
                answered = answered or message["type"] == "http.response.start"
                await send(message)

        try:
            await self.app(scope, counted, passed)
        except Exception:
            if not refused:
                raise
        if refused and not answered:
            await refuse(scope, send, 413, too_long)


class Doors:
    """Opens only what the page uses: the rest of Gradio is not found (404), and no other site may ask in a visitor's name (403).

    Args:
        app: the application behind it.
        closed: matches the paths that are not found.
    """

    def __init__(self, app: ASGIApp, closed: re.Pattern[str] = CLOSED):
        self.app, self.closed = app, closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self.app(scope, receive, send)
        if scope["type"] != "http":  # the page opens no WebSocket
            return await send({"type": "websocket.close", "code": 1008})
        if self.closed.match(path_of(scope)):
            return await refuse(scope, send, 404, words.CLOSED)
        if scope["method"] not in ("GET", "HEAD", "OPTIONS") and foreign(Headers(scope=scope)):
            return await refuse(scope, send, 403, words.FOREIGN)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"  # what a visitor has sent is never run as a page
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, marked)


def foreign(headers: Headers) -> bool:
    """Whether a browser says that another site asks.

    ``Sec-Fetch-Site`` is the browser's own word, and no proxy changes it; browsers send it to https and to this very machine.
    ``Origin`` is compared only on this very machine, which is where another site could reach what it cannot reach itself.
    """
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None or _host(headers.get("host", "")) not in LOCAL:
        return False
    return _host(origin.partition("://")[2]) not in LOCAL


def _host(address: str) -> str:
    return re.sub(r":\d+$", "", address).lower()


class RateLimit:
    """Refuses with status 429 what one address asks too often, or too much of at one time.

    Each kind of request has a bucket that holds a minute's worth and fills evenly, so that a class may begin all at once.
    Behind a proxy all visitors have its address, unless uvicorn is told to believe it: ``FORWARDED_ALLOW_IPS``.

    Args:
        app: the application behind it.
        per_minute: requests a minute, by the pattern of the path; what matches none is not counted.
        at_once: connections open at one time.
        clock: seconds.
    """

    def __init__(
        self,
        app: ASGIApp,
        per_minute: Mapping[str, int] = PER_MINUTE,
        at_once: int = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ):
        self.app, self.at_once, self.clock = app, at_once, clock
        self.kinds = [(re.compile(pattern), most) for pattern, most in per_minute.items()]
        self._left: OrderedDict[tuple[str, int], tuple[float, float]] = OrderedDict()
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        address = network((scope.get("client") or ("",))[0])
        if (refusal := self._refusal(address, path_of(scope))) is not None:
            sentence, seconds = refusal
            return await refuse(scope, send, 429, sentence, {"retry-after": str(seconds)})
        self._open[address] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    def _refusal(self, address: str, path: str) -> tuple[Text, int] | None:
        if self._open[address] >= self.at_once:
            return words.TOO_MANY.format(most=self.at_once), 60
        number = next((i for i, (pattern, _) in enumerate(self.kinds) if pattern.fullmatch(path)), None)
        if number is None:
            return None
        most, now = self.kinds[number][1], self.clock()
        left, then = self._left.pop((address, number), (float(most), now))
        left = min(most, left + (now - then) * most / 60)
        self._left[address, number] = (left - 1 if left >= 1 else left, now)
        while len(self._left) > ADDRESSES:
            self._left.popitem(last=False)
        if left >= 1:
            return None
        seconds = math.ceil((1 - left) * 60 / most)
        return words.TOO_OFTEN.format(most=most, seconds=seconds), seconds


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 address, which one visitor has to himself."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))


def names_an_address(inputs: Iterable[object]) -> bool:
    """Whether a file field among ``inputs`` names an address instead of a file that was uploaded."""
    waiting = list(inputs)
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            path = value.get("path")
            if isinstance(path, str) and re.match(r"\s*[a-z][a-z0-9+.-]+:", path, re.IGNORECASE):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
