"""One file that repeats a training with plain Keras: everything a recipe uses, written out, and nothing of this project imported.

The definitions are taken from the project's own source, so they cannot differ from it: for each name that is used its
definition is looked up, what only the page needs (titles, help, ranges of settings) is left out, and so on for the names used
there. What stands in for the gate for photos and for the bases of the plug-ins is below, and short.
"""

from __future__ import annotations

import ast
import builtins
import dataclasses
import importlib
import inspect
import sys
from collections.abc import Sequence
from functools import cache

from restorers.params import Parameterised
from restorers.samples import PHOTOS, Sample
from restorers.training.recipes.base import Recipe
from restorers.training.recipes.composed import Composed

_PROJECT = __name__.partition(".")[0]
_WORDS = {"title", "help", "reference", "trained_on", "suits", "order", "told", "claimed", "differs", "dataset", "separator"}
_METHODS = {"trials", "trial", "examples", "observe", "preset_title"}  # for cards and benchmarks
_STANDINS = {
    "Text": "def Text(en, zh):\n    return en",
    "RestorersError": "RestorersError = ValueError",
    "PhotoError": "PhotoError = ValueError",
    "ParameterError": "ParameterError = ValueError",
    "Architecture": "class Architecture:\n    input_size = None\n    multiple = 1\n    channels = 3\n    output_channels = 3",
    "Degradation": "class Degradation:\n    pass",
    "Recipe": (
        "class Recipe:\n    epochs = 1_000_000\n    minutes = None\n    averaged = chosen_by_loss = False\n\n"
        "    def metrics(self):\n        return []\n\n    def callbacks(self):\n        return []"
    ),
    "PHOTOS": (
        "PHOTOS = {{\n    file: SimpleNamespace(path=Path(find_spec(package).submodule_search_locations[0], file))\n"
        "    for package, file in {samples!r}\n    if find_spec(package)\n}}"
    ),
    "_find": (
        "def _find(folder, recursive):\n"
        "    suffixes = {'.png', '.jpg', '.jpeg', '.webp', '.bmp', '.tif', '.tiff'}\n"
        "    files = sorted(p for p in Path(folder).rglob('*') if p.suffix.lower() in suffixes)\n"
        "    if MOST is not None:\n"
        "        files = [files[i] for i in np.random.default_rng(0).permutation(len(files))[:MOST]]\n"
        "    return files, 'photos'"
    ),
    "_decode": (
        "def _decode(files, smallest, notes):\n"
        "    for file in files:\n"
        "        pixels = cv2.imread(str(file), cv2.IMREAD_COLOR)\n"
        "        if pixels is not None and LARGEST is not None and max(pixels.shape[:2]) > LARGEST:\n"
        "            pixels = to_uint8(fit_within(to_float(pixels), LARGEST, smallest))\n"
        "        if pixels is not None and min(pixels.shape[:2]) >= smallest:\n"
        "            yield cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)"
    ),
    "load_digits": (
        "def load_digits(folder):\n"
        "    if folder is not None:\n"
        "        with np.load(Path(folder, 'mnist.npz')) as arrays:\n"
        "            digits = [arrays[name][..., None].astype(np.float32) / 255 for name in ('x_train', 'x_test')]\n"
        "        return *digits, 'MNIST'\n"
        "    digits = draw_digits(11_000, np.random.default_rng(0))\n"
        "    return digits[:10_000], digits[10_000:], 'drawn digits'"
    ),
    "to_uint8": "def to_uint8(photo):\n    return np.rint(np.clip(photo, 0, 1) * 255).astype(np.uint8)",
    "to_float": "def to_float(pixels):\n    return pixels.astype(np.float32) / np.float32(255)",
}
_NEEDS = {
    "PHOTOS": ("SimpleNamespace", "Path", "find_spec"),
    "_find": ("Path", "np"),
    "_decode": ("cv2",),
    "load_digits": ("np", "Path"),
    "to_uint8": ("np",),
    "to_float": ("np",),
}
_IMPORTS = {
    "cv2": "import cv2",
    "np": "import numpy as np",
    "SimpleNamespace": "from types import SimpleNamespace",
    "Path": "from pathlib import Path",
    "find_spec": "from importlib.util import find_spec",
}


def standalone(
    recipe: Recipe,
    seconds: float,
    steps: int | None,
    seed: int = 0,
    epoch: int | None = None,
    source: str | None = None,
    largest: int | None = None,
    most: int | None = None,
    sample: Sample | None = None,
) -> str:
    """The source of the script.

    Args:
        recipe: what is trained.
        seconds, steps: the budget; whichever is spent first ends the script's training.
        seed: of the first weights and of everything random.
        epoch: steps after which it is validated, at most; None leaves it to the recipe.
        source: what was learned from, where the script does not have it; it asks for the folder.
        largest: longest side in pixels that photos are reduced to; None leaves them as they are.
        sample: the one sample photo that was learned from; None takes all where no folder is given.
        most: so many photos of the folder are drawn at random, always the same; None takes all.
    """
    flat = _Flat()
    if sample is not None:
        flat.samples = [sample]
    if isinstance(recipe, Composed):
        made = _composed(recipe, flat)
    else:
        made = flat.instance(recipe)
    budget = f"SECONDS, STEPS = {seconds!r}, {steps!r}\nLARGEST, MOST = {largest!r}, {most!r}  # side of a photo in pixels, photos"
    main = _MAIN.format(
        recipe=made, seed=seed, limit="" if epoch is None else f"    data.steps = min(data.steps, {epoch})\n", loss="recipe.loss"
    )
    learned = "" if source is None else f"\nThe training learned from: {source}. Give the folder with these pictures.\n"
    head = f'"""Repeats the training “{recipe.title.en}” with plain Keras.\n\n{_HEAD}{learned}"""'
    imports = ["import keras", "import sys", "import time", *flat.imports]
    ordered = sorted(set(imports), key=lambda line: (line.startswith("from"), line))
    return "\n\n\n".join([head, "from __future__ import annotations", "\n".join(ordered), budget, *flat.parts, main]) + "\n"


_HEAD = """Usage: python SCRIPT [FOLDER]
Needs: keras with a backend, numpy, opencv-python-headless. Without a folder (of photos, or with mnist.npz)
it takes what the recipe draws itself, or the sample photos of scikit-image and Gradio where they are installed. Writes trained.keras
with the weights that did best on the validation pictures.
"""

_MAIN = """
class Budget(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        self.step, self.start = 0, time.monotonic()

    def on_train_batch_end(self, batch, logs=None):
        self.step += 1
        if self.step == 1:
            print(f"first loss {{logs['loss']:.8f}}")
        if time.monotonic() - self.start >= SECONDS or (STEPS is not None and self.step >= STEPS):
            self.model.stop_training = True


class Best(keras.callbacks.Callback):
    def __init__(self, validation, by_loss):
        super().__init__()
        (self.inputs, self.targets), self.by_loss = validation, by_loss
        self.score, self.weights = -np.inf, None

    def on_epoch_end(self, epoch, logs=None):
        if self.by_loss:
            score = -logs["val_loss"]
        else:
            photos = np.clip(self.model.predict(self.inputs, batch_size=16, verbose=0), 0, 1)
            error = np.mean((photos - self.targets) ** 2, axis=tuple(range(1, photos.ndim)))
            score = np.mean(-10 * np.log10(np.maximum(error, 1e-10)))
        if score > self.score:
            self.score, self.weights = score, self.model.get_weights()


if __name__ == "__main__":
    recipe = {recipe}
    data = recipe.load(sys.argv[1] if len(sys.argv) > 1 else None)
{limit}    keras.utils.set_random_seed({seed})
    model = recipe.architecture.build()
    model.compile(optimizer=recipe.optimizer(), loss={loss}, metrics=recipe.metrics())
    best = Best(data.validation, recipe.chosen_by_loss)
    model.fit(
        data.batches(np.random.default_rng([{seed}, 0])),
        steps_per_epoch=data.steps,
        epochs=recipe.epochs,
        shuffle=False,  # the batches come shuffled
        validation_data=data.validation,
        callbacks=[Budget(), best, *recipe.callbacks()],
        verbose=2,
    )
    bare = recipe.architecture.build()  # without the optimizer
    bare.set_weights(best.weights or model.get_weights())
    bare.save("trained.keras")
    print("trained.keras written")
"""


def _composed(recipe: Composed, flat: _Flat) -> str:
    """A composed training as a small class of its own: what was chosen, written down."""
    for name in ("CropRecipe", "in_channels"):
        flat.need("restorers.training.recipes._crops", name)
    architecture = flat.instance(recipe.architecture)
    low, high = recipe._at(0.0), recipe._at(1.0)
    if low is None:
        drawn = "None"
    else:
        flat.need(type(low).__module__, type(low).__name__)
        values = []
        for name, first in low.settings().items():
            last = getattr(high, name)
            if first == last:
                values.append(f"{name}={first!r}")
            else:
                between = f"{first!r} + share * {last - first!r}"
                values.append(f"{name}=round({between})" if isinstance(first, int) else f"{name}={between}")
        drawn = f"{type(low).__name__}({', '.join(values)})"
    if callable(recipe.loss):
        flat.need(recipe.loss.__module__, recipe.loss.__name__)
        loss = recipe.loss.__name__
    else:
        loss = repr(recipe.loss)
    optimizer = recipe.optimizer()
    body = "\n\n".join(_method(name, flat) for name in ("pictures", "cut"))
    flat.parts.append(
        f"class Composed(CropRecipe):\n    batch, patch, data = {recipe.batch}, {recipe.patch}, {recipe.data!r}\n"
        f"    architecture = {architecture}\n"
        f"    loss = staticmethod({loss})\n".replace("staticmethod('", "('").replace('staticmethod("', '("')
        + f"\n    def optimizer(self):\n        return keras.optimizers.{type(optimizer).__name__}({recipe.rate!r})\n"
        f"\n    def callbacks(self):\n        return {_callbacks(recipe)}\n"
        f"\n    def drawn(self, rng):\n        share = rng.random()\n        return {drawn}\n\n{body}"
    )
    return "Composed()"


def _callbacks(recipe: Composed) -> str:
    found = []
    if recipe.early_stopping:
        found.append("keras.callbacks.EarlyStopping(monitor='val_loss', patience=10)")
    if recipe.plateau:
        found.append("keras.callbacks.ReduceLROnPlateau(monitor='val_loss', factor=0.5, patience=5)")
    return f"[{', '.join(found)}]"


def _method(name: str, flat: _Flat) -> str:
    """The source of a method of ``Composed``, indented as in a class; what it uses is written down."""
    node = next(n for n in _definition(Composed.__module__, "Composed").body if isinstance(n, ast.FunctionDef) and n.name == name)
    node = flat.clean(node, Composed.__module__)
    return "\n".join("    " + line for line in ast.unparse(node).splitlines())


@cache
def _tree(module: str) -> ast.Module:
    return ast.parse(inspect.getsource(importlib.import_module(module)))


def _definition(module: str, name: str) -> ast.stmt | None:
    """The statement at the top of ``module`` that defines ``name``."""
    for node in _tree(module).body:
        names: list[str] = []
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            names = [node.name]
        elif isinstance(node, ast.Assign):
            names = [n.id for target in node.targets for n in ast.walk(target) if isinstance(n, ast.Name)]
        elif isinstance(node, ast.AnnAssign):
            names = [node.target.id]
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            names = [(alias.asname or alias.name).partition(".")[0] for alias in node.names]
        if name in names:
            return node
    return None


class _Flat(ast.NodeTransformer):
    """Collects definitions in an order in which they can be executed."""

    def __init__(self) -> None:
        self.imports: list[str] = []
        self.parts: list[str] = []
        self._known: set[str] = set()
        self._module = ""
        self.samples: Sequence[Sample] = tuple(PHOTOS.values())

    def instance(self, thing: Parameterised) -> str:
        """The expression that makes ``thing`` again."""
        self.need(type(thing).__module__, type(thing).__name__)
        return f"{type(thing).__name__}({', '.join(f'{name}={value!r}' for name, value in thing.settings().items())})"

    def need(self, module: str, name: str, called: str | None = None) -> None:
        """Write down ``name`` of ``module``, after all that it uses, under the name by which it is ``called``."""
        called = called or name
        if called in self._known:
            return
        if name in _STANDINS:
            self._known.add(name)
            self.imports += [_IMPORTS[needed] for needed in _NEEDS.get(name, ())]
            if name == "load_digits":
                self.need(module, "draw_digits")
            elif name == "_decode":
                for used in ("fit_within", "to_float", "to_uint8"):
                    self.need("restorers.photo", used)
            part = _STANDINS[name]
            self.parts.append(part.format(samples=[(s.package, s.file) for s in self.samples]) if name == "PHOTOS" else part)
            return
        node = _definition(module, name)
        if node is None:
            return
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            alias = next(a for a in node.names if (a.asname or a.name).partition(".")[0] == name)
            source = getattr(node, "module", None) or ""
            if source.partition(".")[0] != _PROJECT:
                self._known.add(name)
                one = ast.ImportFrom(source, [alias], 0) if isinstance(node, ast.ImportFrom) else ast.Import([alias])
                self.imports.append(ast.unparse(ast.fix_missing_locations(one)))
            else:
                self.need(source, alias.name, alias.asname)
            return
        self._known.add(called)
        node = self.clean(node, module)
        if called != name:
            node.name = called
        self.parts.append(ast.unparse(node))

    def clean(self, node: ast.stmt, module: str) -> ast.stmt:
        """``node`` without what only the page needs; what it uses is written down first."""
        before, self._module = self._module, module
        node = ast.fix_missing_locations(self.visit(ast.parse(ast.unparse(node)).body[0]))
        for used in ast.walk(node):
            if isinstance(used, ast.Name) and isinstance(used.ctx, ast.Load) and not hasattr(builtins, used.id):
                self.need(module, used.id)
        self._module = before
        return node

    # what is left out

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        cls = getattr(sys.modules[self._module], node.name, None)
        if cls is None:  # made inside of a function
            return self.generic_visit(node)
        defaults = {p.name: p.default for p in cls.parameters()} if issubclass(cls, Parameterised) and dataclasses.is_dataclass(cls) else {}
        node.bases = [base for base in node.bases if ast.unparse(base) not in ("Parameterised", "PlugIn", "ABC")]
        body: list[ast.stmt] = []
        for part in node.body:
            if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name):
                if part.target.id in _WORDS:
                    continue
                if part.target.id in defaults and "ClassVar" not in ast.unparse(part.annotation):
                    part.value = ast.parse(repr(defaults[part.target.id]), mode="eval").body
                elif "ClassVar" in ast.unparse(part.annotation):
                    part = ast.Assign([ast.Name(part.target.id, ast.Store())], part.value) if part.value else None
            elif isinstance(part, ast.FunctionDef) and self._only_for_the_page(part):
                continue
            if part is not None:
                body.append(part)
        node.body = body or [ast.Pass()]
        return self.generic_visit(node)

    @staticmethod
    def _only_for_the_page(method: ast.FunctionDef) -> bool:
        return method.name in _WORDS | _METHODS or any("abstractmethod" in ast.unparse(d) for d in method.decorator_list)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.returns = None
        for argument in (*node.args.args, *node.args.kwonlyargs, *node.args.posonlyargs):
            argument.annotation = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """What is annotated may be unknown in the script; a dataclass only asks whether there is an annotation."""
        if {n.id for n in ast.walk(node.annotation) if isinstance(n, ast.Name)} - {"int", "float", "bool", "str"}:
            node.annotation = ast.Name("object", ast.Load())
        return self.generic_visit(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.stmt | None:
        """An import inside of a function: what is the project's own is written down, the rest stays."""
        if (node.module or "").partition(".")[0] != _PROJECT:
            return node
        for alias in node.names:
            self.need(node.module, alias.name)
        return ast.Pass()
