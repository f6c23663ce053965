"""How the page is started elsewhere: as a Space, in a container, behind nginx. What can be run is run; what cannot is read."""

import contextlib
import fnmatch
import http.client
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from restorers.ui.guard import MAX_UPLOAD
from restorers.ui.health import PATIENCE

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
NGINX = COMPOSE["configs"]["nginx"]["content"].replace("$$", "$")

# https://huggingface.co/docs/hub/spaces-config-reference, and `license` of https://huggingface.co/docs/hub/repositories-licenses
SPACE_KEYS = {
    "title", "emoji", "colorFrom", "colorTo", "sdk", "python_version", "sdk_version", "suggested_hardware", "suggested_storage", "app_file",
    "app_build_command", "app_port", "base_path", "fullWidth", "header", "short_description", "models", "datasets", "tags", "thumbnail",
    "pinned", "hf_oauth", "hf_oauth_expiration_minutes", "hf_oauth_scopes", "hf_oauth_authorized_org", "disable_embedding",
    "startup_duration_timeout", "custom_headers", "preload_from_hub", "license",
}  # fmt: skip
# https://huggingface.co/docs/hub/oauth; openid and profile are always asked for
SCOPES = {
    "email", "read-billing", "read-repos", "contribute-repos", "write-repos", "manage-repos", "inference-api", "jobs", "webhooks",
    "write-discussions",
}  # fmt: skip
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def front_matter():
    _, block, _ = (ROOT / "README.md").read_text().split("---\n", 2)
    return yaml.safe_load(block)


def pinned():
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    return dict(re.match(r"([\w.-]+)==([\w.]+)", line).groups() for line in lines if "==" in line)


def test_the_front_matter_of_the_space_is_what_the_hub_documents():
    space = front_matter()
    assert set(space) <= SPACE_KEYS
    assert space["sdk"] == "gradio"
    assert space["sdk_version"] == pinned()["gradio"]
    assert re.fullmatch(r"3\.\d+(\.\d+)?", space["python_version"])
    assert {space["colorFrom"], space["colorTo"]} <= COLOURS
    assert (ROOT / space["app_file"]).is_file()
    assert re.fullmatch(r"[^\w\s<>]{1,2}", space["emoji"])
    assert len(space["short_description"]) <= 60
    assert space["license"] == "apache-2.0"


def test_a_visitor_signs_in_to_publish_and_is_asked_for_no_more():
    space = front_matter()
    assert space["hf_oauth"] is True
    # makes repositories and writes to those that it made itself, to no other of the visitor's
    assert space["hf_oauth_scopes"] == ["contribute-repos"] and set(space["hf_oauth_scopes"]) <= SCOPES


def instructions():
    lines = re.sub(r"\\\n", " ", DOCKERFILE).splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def test_a_start_that_is_asked_for_what_there_is_not_ends_in_one_sentence():
    environment = {**os.environ, "RESTORERS_TRAIN_ON": "moon"}
    ended = subprocess.run([sys.executable, "app.py"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 1
    assert ended.stderr.strip() == "RESTORERS_TRAIN_ON must be local (this machine) or ray (a Ray cluster). Received: 'moon'."


def test_the_container_is_slim_and_runs_as_nobody_special():
    steps = instructions()
    assert steps[0] == ("FROM", f"python:{front_matter()['python_version']}-slim")
    user = steps.index(("USER", "visitor"))
    assert steps[-1][0] == "CMD" and user < len(steps) - 1
    assert not any(word in DOCKERFILE for word in ("apt-get", "gcc", "build-essential", "chmod 777", "TOKEN"))
    assert "--only-binary :all:" in DOCKERFILE


def test_the_container_gets_what_it_needs_and_nothing_else():
    ignored = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line]
    assert ignored[0] == "*"
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    copied = {argument.split()[0] for word, argument in instructions() if word == "COPY"}
    assert copied == allowed == {"app.py", "requirements.txt", "restorers", "weights"}
    assert all((ROOT / name).exists() for name in copied)
    assert any(fnmatch.fnmatch("restorers/__pycache__", line.replace("**/", "*")) for line in ignored)


def test_the_container_is_healthy_when_a_photo_is_restored():
    (check,) = [argument for word, argument in instructions() if word == "HEALTHCHECK"]
    port = re.search(r"GRADIO_SERVER_PORT=(\d+)", DOCKERFILE)[1]
    assert f"http://127.0.0.1:{port}/health" in check
    assert int(re.search(r"--timeout=(\d+)s", check)[1]) > PATIENCE
    assert ("EXPOSE", port) in instructions()


def test_the_replicas_are_reached_through_nginx_alone():
    page, nginx = COMPOSE["services"]["page"], COMPOSE["services"]["nginx"]
    assert page["deploy"]["replicas"] >= 2
    assert "ports" not in page and nginx["ports"]
    assert page["environment"]["FORWARDED_ALLOW_IPS"] == "*"
    assert page["read_only"] is True
    assert "X-Forwarded-For $remote_addr" in NGINX, "what a visitor says of his own address would be believed"
    limit = int(re.search(r"client_max_body_size (\d+)m", NGINX)[1])
    assert limit * 1_000_000 > MAX_UPLOAD


# --- nginx itself, with stand-ins for the replicas ---------------------------------------------------------------------------


class Replica(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/events":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for _ in range(2):
                self.wfile.write(b"3\r\nhey\r\n")
                self.wfile.flush()
                self.server.go_on.wait(5)
            self.wfile.write(b"0\r\n\r\n")
            return
        said = "|".join(
            [str(self.server.server_port), *(self.headers.get(n, "") for n in ("Host", "X-Forwarded-For", "X-Forwarded-Proto"))]
        )
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said.encode())

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """The address of nginx with the configuration of compose.yaml before three stand-ins."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    replicas = [ThreadingHTTPServer(("127.0.0.1", 0), Replica) for _ in range(3)]
    for replica in replicas:
        replica.go_on = threading.Event()
        threading.Thread(target=replica.serve_forever, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = nginx_config(port, [replica.server_port for replica in replicas], folder)
    process = subprocess.Popen([program, "-p", folder, "-c", config, "-g", "daemon off;"], stderr=(folder / "error.log").open("wb"))
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port)).close()
            break
        assert process.poll() is None and time.monotonic() < deadline, (folder / "error.log").read_text()
        time.sleep(0.05)
    yield port, replicas
    process.terminate()
    process.wait()
    for replica in replicas:
        replica.shutdown()
        replica.server_close()


def nginx_config(port, replicas, folder):
    """The configuration of compose.yaml for replicas on this machine, in a folder where it may write."""
    servers = "".join(f"server 127.0.0.1:{replica} max_fails=0; " for replica in replicas)
    text, count = re.subn(r"server page:7860 max_fails=0;[^\n]*", servers, NGINX)
    assert count == 1
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind}; " for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    path = folder / "nginx.conf"
    text = text.replace("http {", f"http {{ access_log off; {temporary}", 1)
    path.write_text(f"pid {folder}/pid;\nerror_log {folder}/error.log;\n{text}")
    return path


def ask(port, path="/", method="GET", body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
    answer = connection.getresponse()
    return answer, answer.read().decode()


def test_nginx_looks_at_the_addresses_of_the_replicas_and_not_at_their_common_name():
    """With "consistent" it hashes over the names of the servers, and takes the addresses behind one name in turn."""
    (chosen,) = re.findall(r"^ *hash ([^;]*);", NGINX, re.M)
    assert chosen == "$visitor"


def test_a_browser_stays_with_the_replica_that_gave_it_the_page(front):
    port, _ = front
    seen = set()
    for _ in range(12):
        answer, body = ask(port)
        cookie = answer.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
        home = body.split("|")[0]
        seen.add(home)
        for path in ("/config", "/gradio_api/queue/join", "/pictures/x.png", "/"):
            again, body = ask(port, path, cookie=cookie.split(";")[0])
            assert body.split("|")[0] == home
            assert "Set-Cookie" not in again.headers
    assert len(seen) > 1, "all visitors are sent to one replica"


def test_a_program_without_cookies_stays_too(front):
    port, _ = front
    assert len({ask(port, path)[1].split("|")[0] for path in ("/config", "/gradio_api/upload", "/health", "/gradio_api/info") * 4}) == 1


def test_what_a_visitor_says_of_his_address_is_not_passed_on_and_his_host_is(front):
    port, _ = front
    _, body = ask(port, "/config", X_Forwarded_For="10.9.8.7", Host="demo.example")
    assert body.split("|")[1:] == ["demo.example", "127.0.0.1", "http"]
    assert ask(port, "/config", X_Forwarded_Proto="https")[1].split("|")[-1] == "https"


def test_events_pass_at_once_and_bodies_that_are_too_long_do_not(front):
    port, replicas = front
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    connection.request("GET", "/events")
    assert connection.getresponse().read(3) == b"hey"  # the second one has not been sent yet
    for replica in replicas:
        replica.go_on.set()
    assert ask(port, "/gradio_api/upload", "POST", b"x" * (MAX_UPLOAD + 4_000_000))[0].status == 413
    assert ask(port, "/gradio_api/upload", "POST", b"x" * 1000)[0].status == 200
