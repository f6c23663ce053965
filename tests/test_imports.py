"""The floors of the house: who may import whom, and what must not be loaded with the page."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# a room imports from its own floor and from lower ones, and no two rooms import each other
FLOORS = {
    "restorers": 0,  # the package itself: the version
    "text": 0,
    "errors": 0,
    "params": 0,
    "registry": 0,
    "scratch": 0,
    "executors": 0,
    "memory": 0,
    "processor": 0,
    "quiet": 0,
    "photo": 0,
    "resize": 0,
    "tiling": 0,
    "diagnosis": 1,
    "samples": 1,
    "metrics": 1,
    "weights": 1,
    "degradations": 1,
    "classical": 1,
    "models": 1,
    "hub": 1,
    "lessons": 1,
    "presets": 2,
    "restore": 2,
    "compare": 3,
    "batch": 3,
    "inside": 3,
    "results": 3,
    "video": 3,
    "training": 3,
    "matrix": 3,
    "softness": 3,
    "__main__": 4,
    "speed": 4,
    "load": 4,
    "throughput": 4,
    "ui": 4,
    "app": 5,
}

HEAVY = {"keras", "tensorflow", "jax", "skimage", "pywt", "scipy", "gradio", "ray"}
# these subclass what Keras defines, or stand on one that does; whoever needs them imports them late
ON_KERAS = {f"restorers.{name}" for name in ("models.layers", "training.fit", "training.muon", "training.progress", "training.export")}
# these must train on another backend than TensorFlow
ANY_BACKEND = {"models", "training"}


def _name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {_name(path): path for path in [*sorted((ROOT / "restorers").rglob("*.py")), ROOT / "app.py"] if path.exists()}


def _room(module):
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else parts[0]


@cache
def _imports(module):
    """The modules that ``module`` imports: (name, late, line). Late is what does not happen when it is imported itself."""
    path, found = FILES[module], []
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]

    def walk(node, late):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                found.extend((alias.name, late, child.lineno) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                start = ".".join([*base, *([child.module] if child.module else [])])
                for alias in child.names:
                    deeper = f"{start}.{alias.name}"
                    found.append((deeper if deeper in FILES else start, late, child.lineno))
            inner = isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda))
            for_types = isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")
            walk(child, late or inner or for_types)

    walk(ast.parse(path.read_text()), False)
    return tuple(found)


def _own(module):
    return [(name, late, line) for name, late, line in _imports(module) if name.split(".")[0] in ("restorers", "app")]


def test_the_reader_sees_late_and_relative_imports(tmp_path, monkeypatch):
    path = tmp_path / "probe.py"
    path.write_text(
        "import a.b\nfrom . import photo\nfrom .ui import page\n\ndef f():\n    class C:\n        from x import y\n    import keras\n"
    )
    monkeypatch.setitem(FILES, "restorers.probe", path)
    _imports.cache_clear()
    expected = {
        ("a.b", False),
        ("restorers.photo", False),
        ("restorers.ui.page" if "restorers.ui.page" in FILES else "restorers.ui", False),
        ("x", True),
        ("keras", True),
    }
    assert {(name, late) for name, late, _ in _imports("restorers.probe")} == expected
    _imports.cache_clear()


def test_every_room_has_a_floor():
    rooms = {_room(module) for module in FILES}
    assert len(rooms) > 5
    assert rooms <= set(FLOORS), f"give a floor to: {sorted(rooms - set(FLOORS))}"


@pytest.mark.parametrize("module", FILES)
def test_nobody_imports_upwards(module):
    wrong = [f"line {line}: {name}" for name, _, line in _own(module) if FLOORS[_room(name)] > FLOORS[_room(module)]]
    assert not wrong, f"{module} is on floor {FLOORS[_room(module)]} and imports from above: {wrong}"


def test_rooms_do_not_import_each_other():
    below = {room: set() for room in FLOORS}
    for module in FILES:
        below[_room(module)] |= {_room(name) for name, _, _ in _own(module)} - {_room(module)}
    while below:
        free = [room for room, needs in below.items() if not needs & set(below)]
        assert free, f"these rooms import each other in a circle: {sorted(below)}"
        for room in free:
            del below[room]


@pytest.mark.parametrize("module", FILES)
def test_only_the_page_and_its_visitors_know_gradio(module):
    if _room(module) not in ("ui", "app", "load"):
        wrong = [f"line {line}" for name, _, line in _imports(module) if name.split(".")[0] in ("gradio", "gradio_client")]
        assert not wrong, f"{module} imports gradio: {wrong}"


@pytest.mark.parametrize("module", sorted(set(FILES) - ON_KERAS))
def test_heavy_libraries_are_imported_late(module):
    allowed = {"gradio"} if _room(module) in ("ui", "app") else set()
    wrong = [
        f"line {line}: {name}"
        for name, late, line in _imports(module)
        if not late and (name.split(".")[0] in HEAVY - allowed or name in ON_KERAS)
    ]
    assert not wrong, f"{module} must import these inside the function that needs them: {wrong}"


@pytest.mark.parametrize("module", [m for m in FILES if _room(m) in ANY_BACKEND])
def test_what_trains_knows_no_backend(module):
    wrong = [f"line {line}: {name}" for name, _, line in _imports(module) if name.split(".")[0] in ("tensorflow", "jax", "torch")]
    assert not wrong, f"{module} must use keras and keras.ops alone: {wrong}"


def _loaded_after(code):
    program = f"{code}\nimport sys; print(*sorted({HEAVY!r} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr[-2000:]
    return set(result.stdout.split())


def test_the_house_below_the_page_loads_nothing_heavy():
    modules = sorted(m for m in FILES if m not in ON_KERAS and _room(m) not in ("ui", "app"))
    assert _loaded_after(f"import {', '.join(modules)}") == set()


def test_building_the_page_loads_no_tensorflow():
    if "restorers.ui.page" not in FILES:
        pytest.skip("there is no page yet")
    assert not _loaded_after("from restorers.ui.page import build_demo; build_demo()") & {"keras", "tensorflow", "jax"}
