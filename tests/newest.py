"""Are there newer versions of the dependencies, and what breaks with them?

    python tests/newest.py              all dependencies that are named in the two requirements.txt, at once
    python tests/newest.py keras numpy  only these, the others as they are pinned

Installs them into an environment of its own, .venv-newest, and runs all tests there. Changes nothing else. Exit status: 0 nothing
newer, or nothing broke; 1 something broke.
"""

import importlib.metadata
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / ".venv-newest"
PIN = re.compile(r"([A-Za-z0-9._-]+)==([^\s;]+)(.*)")


def pins():
    """The direct dependencies: name, pinned version, and the condition under which it is needed."""
    lines = [line for file in ("requirements.txt", "tests/requirements.txt") for line in (ROOT / file).read_text().splitlines()]
    return [match.groups() for match in map(PIN.fullmatch, lines) if match]


def installed(name):
    """The version in the new environment; None where it is not needed on this machine."""
    folders = PLACE.glob("lib/python*/site-packages") if os.name == "posix" else [PLACE / "Lib" / "site-packages"]
    found = next(iter(importlib.metadata.distributions(name=name, path=list(map(str, folders)))), None)
    return found and found.version


def main(names):
    wanted = pins()
    unknown = set(names) - {name for name, _, _ in wanted}
    if unknown:
        sys.exit(f"Only what a requirements.txt names can be tried: {', '.join(sorted(unknown))} is not there.")
    venv.create(PLACE, clear=True, with_pip=True)
    loosened = [f"{name}{'==' if names and name not in names else '>='}{version}{rest}" for name, version, rest in wanted]
    (PLACE / "requirements.txt").write_text("\n".join(loosened) + "\n")
    python = PLACE / ("bin/python" if os.name == "posix" else "Scripts/python.exe")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", "-r", PLACE / "requirements.txt"], check=True)
    newer = [(name, version, now) for name, version, _ in wanted if (now := installed(name)) not in (None, version)]
    if not newer:
        print("Nothing newer fits together.")
        return 0
    print("Newer:", *(f"  {name} {version} -> {now}" for name, version, now in newer), sep="\n", flush=True)
    command = ["bash", "tests/run"]
    tests = subprocess.run(command, cwd=ROOT, env=os.environ | {"RESTORERS_VENV": str(PLACE)}, stdout=subprocess.PIPE, text=True)
    broken = re.findall(r"^(?:FAILED|ERROR) .*$", tests.stdout, re.MULTILINE)
    if tests.returncode == 0:
        print("Nothing breaks: every test passes with them.")
        return 0
    print(f"{len(broken)} tests fail with them:", *(broken or [tests.stdout[-3000:]]), sep="\n  ")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
