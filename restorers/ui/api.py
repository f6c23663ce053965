"""The same for programs: named endpoints for ``gradio_client``, and as MCP tools where ``GRADIO_MCP_SERVER=true``."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from typing import Any

import gradio as gr
import numpy as np
from gradio.components.api_component import Api

from restorers.compare import compare, ranked, suited_restorers
from restorers.degradations import Chain, Degradation, Observation, degrade
from restorers.errors import RestorersError
from restorers.metrics import score
from restorers.photo import fit_within, to_uint8
from restorers.restore import find_restorer, restore
from restorers.ui.photo_input import GivenPhoto, PhotoInput
from restorers.ui.restore_handlers import Desk
from restorers.ui.setup import MAX_SEED, MAX_STEPS, Step

COMPARE_SIDE = 512  # pixels
MAX_COMPARED = 32  # methods in one call: nobody waits for hours behind a program
LIMITS = {"concurrency_limit": 1, "concurrency_id": "programs"}  # programs wait for each other, not the visitors for them
STRINGS = {"type": "array", "items": {"type": "string"}}


class Endpoints:
    """``degrade``, ``restore`` and ``compare``. Build it inside of the ``gr.Blocks``; nothing of it is seen on the page.

    A degradation or restorer is written as in a link: ``name`` or ``name,setting=value,…``, e.g. ``gaussian_noise,sigma=25``.
    """

    def __init__(self, desk: Desk):
        self.desk = desk
        photo = {"label": "photo", "type": "filepath", "image_mode": None, "visible": False}
        picture = {"format": "png", "interactive": False, "visible": False}

        def strings(label: str, value: list[str]) -> Api:
            texts = Api(value, {**STRINGS, "description": label}, label=label)
            texts.visible = False
            return texts

        def report() -> gr.JSON:
            return gr.JSON(label="scores", visible=False)

        def given() -> tuple[PhotoInput, Api, gr.Number]:
            return (
                PhotoInput(desk.working, **photo),
                strings("degradations in order, each as name,setting=value,…", ["gaussian_noise,sigma=25"]),
                gr.Number(0, label="seed", precision=0, visible=False),
            )

        shown, broken, seed = given()
        self._endpoint(self.degrade, [shown, broken, seed], [gr.Image(label="degraded", **picture), report()])
        shown, broken, seed = given()
        using = gr.Textbox("denoise", label="restorer as name,setting=value,…", visible=False)
        pictures = [gr.Image(label=label, **picture) for label in ("restored", "degraded")]
        self._endpoint(self.restore, [shown, using, broken, seed], [*pictures, report()])
        shown, broken, seed = given()
        several = strings("restorers, each as name,setting=value,…; none for all that suit", [])
        self._endpoint(self.compare, [shown, broken, several, seed], [report()])

    @staticmethod
    def component_ids(demo: gr.Blocks) -> set[int]:
        """Numbers of the components of ``demo`` that the endpoints consist of."""
        public = [fn for fn in demo.fns.values() if fn.api_visibility == "public"]
        return {block._id for fn in public for block in (*fn.inputs, *fn.outputs)} | {number for fn in public for number, _ in fn.targets}

    def _endpoint(self, function: Callable, inputs: list, outputs: list) -> None:
        gr.Button(visible=False).click(function, inputs, outputs, api_name=function.__name__, show_progress="hidden", **LIMITS)

    async def degrade(self, photo: GivenPhoto, degradations: list[str], seed: int = 0):
        """Break a photo in a known way.

        Args:
            photo: the photo; reduced to one megapixel.
            degradations: in order, each as name,setting=value,… e.g. ["gaussian_noise,sigma=25", "jpeg,quality=30"].
            seed: repeats the random draw.

        Returns:
            The degraded photo (PNG), and its PSNR in dB and SSIM against the original.
        """

        def work(report, cancel):
            truth, observation = self._observed(photo, degradations, seed)
            return to_uint8(observation.photo), {"degradations": _described(observation), **_scores("degraded", observation.photo, truth)}

        return await self._in_line(work)

    async def restore(self, photo: GivenPhoto, restorer: str, degradations: list[str], seed: int = 0):
        """Break a photo in a known way and mend it; or mend a photo as it is, with no degradations.

        Args:
            photo: the photo; reduced to one megapixel.
            restorer: name,setting=value,… e.g. "denoise" or "non_local_means,strength=1".
            degradations: in order, each as name,setting=value,…; empty where the photo is bad already.
            seed: repeats the random draw.

        Returns:
            The restored and the degraded photo (PNG), and the scores: PSNR in dB and SSIM of both against the original, the
            gain in dB over doing nothing, seconds, and what should be known about the result. No scores without degradations.
        """

        def work(report, cancel):
            truth, observation = self._observed(photo, degradations, seed)
            chosen = _restorer(restorer)
            _require(chosen, observation)
            restored = restore(observation, chosen, cancel=cancel)
            found: dict[str, Any] = {"restorer": chosen.name, "degradations": _described(observation)}
            if degradations:
                found |= _scores("degraded", observation.photo, truth) | _scores("restored", restored.photo, truth)
                found["gain"] = round(found["restored_psnr"] - found["degraded_psnr"], 3)
            found |= {"seconds": round(restored.seconds, 3), "notes": [note.en for note in restored.notes]}
            return to_uint8(restored.photo), to_uint8(observation.photo), found

        return await self._in_line(work)

    async def compare(self, photo: GivenPhoto, degradations: list[str], restorers: list[str], seed: int = 0):
        """Break a photo in a known way and rank restorers by what they win back.

        Args:
            photo: the photo; reduced to 512 pixels on its longer side.
            degradations: in order, each as name,setting=value,…; at least one.
            restorers: each as name,setting=value,…, at most 32; none for all that suit the degradations.
            seed: repeats the random draw.

        Returns:
            A list, best first: restorer (with the settings that are not the defaults), PSNR in dB and SSIM, those of doing nothing,
            gain in dB, seconds, learned parameters.
        """

        def work(report, cancel):
            if not degradations:
                raise _refused("compare needs at least one degradation: without a known original nothing can be ranked.")
            truth, observation = self._observed(photo, degradations, seed, COMPARE_SIDE)
            named = [] if restorers is None else restorers
            if not isinstance(named, list) or len(named) > MAX_COMPARED:
                raise _refused(f"restorers must be a list of at most {MAX_COMPARED} texts such as non_local_means,strength=1.")
            for restorer in (chosen := [_restorer(text) for text in named]):
                _require(restorer, observation)
            chosen, rows = chosen or [r() for r in suited_restorers(observation.degradation)], []
            for row, _ in compare(truth, observation, chosen, cancel):
                rows.append(row)
                report(len(rows) / len(chosen))
            return [row.as_dict() for row in ranked(rows)]

        return await self._in_line(work)

    def _observed(self, photo: GivenPhoto, degradations: list[str], seed: int, side: int | None = None) -> tuple[np.ndarray, Observation]:
        if photo is None:
            raise _refused("A photo is needed, and none came. Send one with gradio_client's handle_file.")
        degradation = _degradation(degradations)
        if not isinstance(seed, int) or not 0 <= seed <= MAX_SEED:
            raise _refused(f"seed must be a whole number from 0 to {MAX_SEED}. Received: {seed}.")
        truth = self.desk.working(photo.path).photo
        if side is not None:
            truth = fit_within(truth, side)
        return truth, Observation(truth) if degradation is None else degrade(truth, degradation, seed)

    async def _in_line(self, work: Callable) -> Any:
        """What ``work(report, cancel)`` returns, done when its turn has come; a refusal becomes a sentence for the program."""
        try:
            # a name of its own: a program may call again before the first answer
            job = self.desk.line.start(f"program-{uuid.uuid4()}", work)
            async for _ in self.desk.line.follow(job):
                await asyncio.sleep(0)
            if job.error is not None:
                raise job.error
            return job.result
        except RestorersError as error:
            raise _refused(error.sentence.en) from None


def _refused(sentence: str) -> gr.Error:
    return gr.Error(sentence, print_exception=False)


def _degradation(texts: list[str]) -> Degradation | None:
    if not isinstance(texts, list) or len(texts) > MAX_STEPS:
        raise _refused(f"degradations must be a list of at most {MAX_STEPS} texts such as gaussian_noise,sigma=25.")
    steps = tuple(Step(*_named(text)).build() for text in texts)
    return None if not steps else steps[0] if len(steps) == 1 else Chain(steps)


def _restorer(text: str):
    return find_restorer(*_named(text))


def _require(restorer, observation: Observation) -> None:
    """Refuse a restorer that lacks what it must be told."""
    if missing := restorer.missing_knowledge(observation):
        needed = ", ".join(missing)
        raise _refused(f"{restorer.name} must be told the {needed}, which these degradations do not give. Choose another restorer.")


def _named(text: str) -> tuple[str, dict[str, str]]:
    parts = str(text)[:400].split(",")
    if any("=" not in part for part in parts[1:]):
        raise _refused(f"It is written as name,setting=value,… such as gaussian_noise,sigma=25. Received: {text!r:.120}.")
    return parts[0].strip(), {key.strip(): value.strip() for key, value in (part.split("=", 1) for part in parts[1:])}


def _described(observation: Observation) -> str | None:
    return None if observation.degradation is None else observation.degradation.describe()


def _scores(what: str, photo: np.ndarray, truth: np.ndarray) -> dict[str, float]:
    found = score(np.clip(photo, 0, 1), truth)
    return {f"{what}_psnr": round(found.psnr, 3), f"{what}_ssim": round(found.ssim, 4)}
