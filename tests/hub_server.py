"""A small hub for tests: the requests that huggingface_hub makes to read, to create and to commit, and faults on demand."""

import base64
import hashlib
import json
import re
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

LARGE = (".safetensors", ".h5", ".png")
WRITER = "hf_writer"


@dataclass
class Repo:
    """One repository: every commit holds all its files."""

    commits: dict[str, dict[str, bytes]] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=dict)
    private: bool = False
    gated: bool = False
    extra: list[dict] = field(default_factory=list)  # entries of the listing that no file stands behind
    sizes: dict[str, int] = field(default_factory=dict)  # announced instead of the true ones

    def commit(self, files: dict[str, bytes], branch: str = "main") -> str:
        sha = hashlib.sha1(repr((sorted(files), len(self.commits), files)).encode()).hexdigest()
        self.commits[sha], self.branches[branch] = dict(files), sha
        return sha

    def resolve(self, revision: str) -> str | None:
        return revision if revision in self.commits else self.branches.get(revision)


@dataclass
class Fault:
    """What goes wrong with the answers that give this file."""

    times: int = 10**6
    after: int = 0  # bytes of an answer that come well and at once
    reset: bool = False  # then the connection is reset
    stall: bool = False  # then nothing comes until the end of the test
    pause: float = 0.0  # seconds between two blocks of 64 kB
    status: int = 0
    ranges: bool = True  # whether a part can be asked for
    content: bytes | None = None  # instead of the file's


class HubServer:
    """``with HubServer() as hub``: ``hub.url``, ``hub.repos``, ``hub.faults`` by file name, ``hub.asked`` the requests so far."""

    def __init__(self):
        self.repos: dict[str, Repo] = {}
        self.faults: dict[str, Fault] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.uploaded: dict[str, bytes] = {}
        self.elsewhere = False  # large files are handed out by another host, as the hub does
        hub = self

        class Handler(_Handler):
            server_hub = hub

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that hangs up is part of the tests

        self.over = threading.Event()
        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.other_host = f"http://localhost:{self._server.server_port}"

    def add(self, name: str, files: dict[str, bytes], **how) -> Repo:
        repo = self.repos[name] = Repo(**how)
        repo.commit(files)
        return repo

    def paths(self, method: str = "GET") -> list[str]:
        return [path for verb, path, _ in self.asked if verb == method]

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_hub: HubServer

    def log_message(self, *_):
        pass

    def do_GET(self):
        self._answer()

    do_HEAD = do_POST = do_PUT = do_GET

    def _json(self, value, status=200, **headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, text in headers.items():
            self.send_header(name.replace("_", "-"), text)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _refuse(self, status, code=None):
        self._json({"error": code or str(status)}, status, **({"X_Error_Code": code} if code else {}))

    def _answer(self):
        hub, path = self.server_hub, unquote(urlsplit(self.path).path)
        hub.asked.append((self.command, path, {name.title(): text for name, text in self.headers.items()}))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        writer = self.headers.get("Authorization") == f"Bearer {WRITER}"
        if path in hub.faults and self._fails(hub.faults[path]):
            return
        if path == "/api/repos/create":
            asked = json.loads(body)
            name = f"{asked['organization']}/{asked['name']}"
            if not writer:
                return self._refuse(401)
            if name in hub.repos:
                return self._json({"url": f"{hub.url}/{name}", "error": "exists"}, 409)
            hub.add(name, {".gitattributes": b""}, private=asked.get("visibility") == "private")
            return self._json({"url": f"{hub.url}/{name}"})
        if path == "/api/validate-yaml":
            return self._json({"errors": [], "warnings": []})
        if match := re.fullmatch(r"/lfs/([0-9a-f]{64})", path):
            hub.uploaded[match[1]] = body
            return self._json({})
        if match := re.fullmatch(r"/elsewhere/([^/]+/[^/]+)/([0-9a-f]{40})/(.+)", path):
            return self._file(match[3], hub.repos[match[1]].commits[match[2]][match[3]])
        if match := re.fullmatch(r"/([^/]+/[^/]+)\.git/info/lfs/objects/batch", path):
            objects = [
                {**o, "actions": {"upload": {"href": f"{hub.url}/lfs/{o['oid']}", "header": {}}}} for o in json.loads(body)["objects"]
            ]
            return self._json({"transfer": "basic", "objects": objects})
        match = re.fullmatch(r"/api/models/([^/]+/[^/]+)(?:/(revision|tree|preupload|commit)/([^/]+)(?:/.*)?)?", path)
        resolve = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path)
        repo = hub.repos.get((match or resolve or ["", ""])[1])
        if repo is None or (repo.private and not writer):
            return self._refuse(401 if not writer else 404, "RepoNotFound")
        what, revision = (match[2] or "revision", match[3] or "main") if match else ("resolve", resolve[2])
        sha = repo.resolve(revision)
        if sha is None:
            return self._refuse(404, "RevisionNotFound")
        if what in ("revision", "tree"):
            return self._listing(match[1], repo, sha, what)
        if what == "preupload":
            modes = [
                {"path": f["path"], "uploadMode": "lfs" if f["path"].endswith(LARGE) else "regular", "shouldIgnore": False}
                for f in json.loads(body)["files"]
            ]
            return self._json({"files": modes})
        if what == "commit":
            return self._commit(match[1], repo, sha, body) if writer else self._refuse(403)
        if repo.gated and not writer:
            return self._refuse(403 if self.headers.get("Authorization") else 401, "GatedRepo")
        content = repo.commits[sha].get(resolve[3])
        if content is None:
            return self._refuse(404, "EntryNotFound")
        headers = {"X-Repo-Commit": sha, "ETag": f'"{hashlib.sha256(content).hexdigest()}"'}
        if hub.elsewhere and resolve[3].endswith(LARGE):
            self.send_response(302)
            for name, text in {
                **headers,
                "Location": f"{hub.other_host}/elsewhere/{resolve[1]}/{sha}/{resolve[3]}",
                "X-Linked-Size": str(len(content)),
                "Content-Length": "0",
            }.items():
                self.send_header(name, text)
            return self.end_headers()
        return self._file(resolve[3], content, headers)

    def _fails(self, fault: Fault) -> bool:
        """Whether the request ends here."""
        if fault.times <= 0 or not (fault.status or fault.stall) or fault.after:
            return False
        fault.times -= 1
        if fault.stall:
            self.server_hub.over.wait(60)
        if fault.status:
            self._refuse(fault.status)
        return bool(fault.status)

    def _listing(self, name, repo, sha, what):
        entries = []
        for path, content in repo.commits[sha].items():
            size = repo.sizes.get(path, len(content))
            blob = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
            large = {"size": size, "sha256": hashlib.sha256(content).hexdigest(), "pointerSize": 130}
            entries.append((path, size, blob, large if path.endswith(LARGE) else None))
        if what == "tree":
            tree = [
                {"type": "file", "path": path, "size": size, "oid": blob}
                | ({"lfs": {"oid": large["sha256"], "size": size, "pointerSize": 130}} if large else {})
                for path, size, blob, large in entries
            ]
            return self._json(tree)
        siblings = [
            {"rfilename": path, "size": size, "blobId": blob} | ({"lfs": large} if large else {}) for path, size, blob, large in entries
        ]
        return self._json({"id": name, "sha": sha, "siblings": siblings + repo.extra, "private": repo.private, "tags": []})

    def _commit(self, name, repo, sha, body):
        hub, files = self.server_hub, dict(repo.commits[sha])
        for line in body.decode().splitlines():
            entry = json.loads(line)
            value = entry["value"]
            if entry["key"] == "header":
                if value.get("parentCommit") not in (None, sha):
                    return self._refuse(412)
            elif entry["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif entry["key"] == "lfsFile":
                if hashlib.sha256(hub.uploaded[value["oid"]]).hexdigest() != value["oid"]:
                    return self._refuse(400)
                files[value["path"]] = hub.uploaded[value["oid"]]
            elif entry["key"] == "deletedFile":
                del files[value["path"]]
        new = repo.commit(files)
        return self._json({"commitUrl": f"{hub.url}/{name}/commit/{new}", "commitOid": new, "success": True})

    def _file(self, name, content, headers=None):
        hub = self.server_hub
        fault = hub.faults.get(name.rpartition("/")[2], Fault(0))
        active, fault.times = fault.times > 0, fault.times - (self.command == "GET")
        if active and fault.status:
            return self._refuse(fault.status)
        if active and fault.content is not None:
            content = fault.content
        start = 0
        if (asked := self.headers.get("Range")) and fault.ranges:
            start = int(re.fullmatch(r"bytes=(\d+)-(\d*)", asked)[1])
        self.send_response(206 if start else 200)
        for key, text in (headers or {}).items():
            self.send_header(key, text)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "HEAD":
            return
        sent, content = 0, content[start:]
        while sent < len(content):
            block = content[sent : sent + 65536]
            if active and (fault.reset or fault.stall) and sent + len(block) > fault.after:
                self.wfile.write(block[: fault.after - sent])
                self.wfile.flush()
                time.sleep(0.05)  # the bytes are to arrive before the reset does
                if fault.stall:
                    hub.over.wait(60)
                if fault.reset:
                    self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.rfile.close()
                    self.wfile.close()
                    self.connection.close()
                self.close_connection = True
                return
            self.wfile.write(block)
            sent += len(block)
            if active and fault.pause and sent >= fault.after:
                time.sleep(fault.pause)
