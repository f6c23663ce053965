"""From a look to what the components of the Restore tab show: words in both languages, numbers as people read them."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable

import numpy as np

from restorers.hub import HubId
from restorers.metrics import heat_colors
from restorers.photo import to_uint8
from restorers.restore import FixedSizeNetwork, Network, restorer_names
from restorers.text import Text
from restorers.ui import viewer
from restorers.ui.jobs import Running, Waiting
from restorers.ui.language import both, fill, joined
from restorers.ui.restore_handlers import ERROR_MAXIMUM, Look
from restorers.ui.setup import Setup, to_command, to_query
from restorers.ui.words import restore as words


def panes(look: Look | None, news: Waiting | Running | None = None, follow: bool = False) -> viewer.PanesValue:
    """The three pictures; ``news`` is drawn over the third. With ``follow`` the strength is left to the browser."""
    busy = viewer.busy(news.share if isinstance(news, Running) else 0.0, news_text(news)) if news else None
    if look is None:
        return viewer.panes_value(viewer.three_panes(busy=busy))
    pictures = look.pictures
    row = viewer.three_panes(
        pictures.get("original"),
        pictures.get("degraded"),
        pictures.get("restored", pictures.get("stale")),
        truth=look.truth,
        stale="restored" not in pictures and "stale" in pictures,
        busy=busy,
    )
    return viewer.panes_value(row, size=look.working.size, strength=None if follow else look.setup.strength)


def comparison(look: Look | None, follow: bool = False) -> viewer.ComparisonValue:
    """Before and after, and the two maps; ``follow`` as for ``panes``."""
    if look is None:
        return viewer.comparison_value(viewer.three_views())
    pictures, bar, most = look.pictures, _heat_bar(), f"≥ {ERROR_MAXIMUM * 255:.0f}"
    invented = words.INVENTED_LEGEND if look.observation.mask is None else words.INVENTED_MASK_LEGEND
    views = viewer.three_views(
        pictures.get("degraded"),
        pictures.get("restored"),
        pictures.get("error_map"),
        pictures.get("invented"),
        error_legend=viewer.legend(words.ERROR_LEGEND, "0", most, bar),
        invented_legend=viewer.legend(invented, "0", most, bar),
        truth=look.truth,
    )
    return viewer.comparison_value(views, size=look.working.size, strength=None if follow else look.setup.strength)


def _heat_bar() -> list[str]:
    ramp = heat_colors(np.linspace(0, ERROR_MAXIMUM, 9, dtype=np.float32)[None], ERROR_MAXIMUM)
    return ["#{:02x}{:02x}{:02x}".format(*pixel) for pixel in to_uint8(ramp)[0]]


def news_text(news: Waiting | Running) -> Text:
    """What to say of a job that waits or runs: a number as soon as it lasts."""
    if isinstance(news, Waiting):
        return words.WAITING.format(ahead=news.ahead) if news.ahead else words.STARTING
    if news.stopping:
        return words.STOPPING
    if news.share > 0 and news.seconds >= 1:
        return words.RUNNING.format(percent=round(100 * news.share))
    return words.RUNNING_LONG.format(seconds=news.seconds) if news.seconds >= 1 else words.STARTING


def _decibels(value: float, signed: bool = False) -> str:
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value >= 100:  # equal but for the rounding of the arithmetic
        return "> 100"
    return f"{value:+.2f}".replace("-", "−") if signed else f"{value:.2f}"


def _why(title: Text | str, help: Text) -> str:
    return f"<details><summary>{both(title)}</summary><p>{both(help)}</p></details>"


def numbers(look: Look | None, seconds: int = 0) -> str:
    """The scores of a look, each with a sentence that explains it; while they are measured, for how many ``seconds`` already."""
    if look is None:
        return f'<p class="hint">{both(words.NO_PHOTO)}</p>'
    parts: list[str] = []
    if look.measuring:
        parts.append(f'<p class="hint">{both(words.MEASURING_LONG.format(seconds=seconds) if seconds else words.MEASURING)}</p>')
    elif look.restoration is None:
        if look.truth:
            parts.append(f'<p class="hint">{both(words.NOT_YET.format(psnr=_decibels(look.nothing)))}</p>')
        else:
            parts.append(f'<p class="hint">{both(words.NOT_YET_NO_TRUTH)}</p>')
    elif look.truth:
        equal = look.restored.psnr == look.observed.psnr or abs(look.restored.psnr - look.observed.psnr) < 0.005
        gain = 0.0 if equal else look.restored.psnr - look.observed.psnr
        kind, sentence = ("zero", words.GAIN_ZERO) if equal else ("good", words.GAIN) if gain > 0 else ("bad", words.GAIN_LOSS)
        parts.append(
            f'<div class="gain {kind} aloud" id="restore-gain"><strong>{_decibels(gain, signed=True)} dB</strong>'
            f"<details><summary>{both(sentence)}</summary><p>{both(words.GAIN_HELP)}</p></details></div>"
        )
    else:
        parts.append(f'<p class="hint aloud">{both(words.NO_TRUTH)}</p>')
    if look.observed is not None and look.restored is not None:
        restored = look.restored
        parts.append(
            f"<table><thead><tr><td></td><th>{both(words.DEGRADED)}</th><th>{both(words.RESTORED)}</th></tr></thead><tbody>"
            f"<tr><th>{_why('PSNR (dB)', words.PSNR_HELP)}</th><td>{_decibels(look.observed.psnr)}</td>"
            f"<td><b>{_decibels(restored.psnr)}</b></td></tr>"
            f"<tr><th>{_why('SSIM', words.SSIM_HELP)}</th><td>{look.observed.ssim:.3f}</td>"
            f"<td><b>{restored.ssim:.3f}</b></td></tr></tbody></table>"
        )
    if (restoration := look.restoration) is not None:
        rows = [(words.SECONDS, words.SECONDS_HELP, words.SECONDS_VALUE.format(seconds=f"{restoration.seconds:.2f}"))]
        count = restoration.parameters
        rows.append((words.PARAMETERS, words.PARAMETERS_HELP, words.PARAMETERS_NONE if count is None else Text(f"{count:,}", f"{count:,}")))
        if look.agreement is not None:
            rows.append((words.CONSISTENCY, words.CONSISTENCY_HELP, f"{_decibels(look.agreement.psnr)} dB"))
        parts.append("<table>" + "".join(f"<tr><th>{_why(t, h)}</th><td>{both(v)}</td></tr>" for t, h, v in rows) + "</table>")
        parts += [f'<p class="note">{both(note)}</p>' for note in restoration.notes]
    if look.observed is not None:
        parts.append(f'<p class="note">{both(fill(words.PROTOCOL, protocol=look.observed.protocol.label))}</p>')
    return "".join(parts)


def sentences(texts: Iterable[Text], kind: str = "note") -> str:
    """Some sentences below each other."""
    return "".join(f'<p class="{kind}">{both(text)}</p>' for text in texts)


def told(restorer: type | None) -> str:
    """What a method is told, and how it came to know what it knows."""
    if restorer is None:
        return ""
    what = [words.TOLD_WHAT[name] for name in restorer.told]
    knows = fill(words.TOLD, what=joined(what)) if what else words.TOLD_NOTHING
    parts = [restorer.help, knows]
    if issubclass(restorer, Network):
        preset = restorer.preset
        count = f"{preset.weights['parameters']:,}"
        parts.append(fill(words.NETWORK, parameters=Text(count, count), trained=preset.trained_on))
        if issubclass(restorer, FixedSizeNetwork):
            size = str(preset.architecture.input_size)
            parts.append(words.NETWORK_NARROW.format(size=size))
    else:
        parts.append(words.FORMULA)
    return sentences([Text(" ".join(t.en for t in parts), "".join(t.zh for t in parts))])


def reduced(look: Look | None) -> str:
    """That a photo which was bad already is not restored at its full size, and the way to it; empty where it is."""
    if look is None or look.truth or look.working.size == look.working.full:
        return ""
    (width, height), (full_width, full_height) = look.working.size, look.working.full
    sentence = words.NONE_REDUCED.format(width=width, height=height, full_width=full_width, full_height=full_height)
    return f'{sentences([sentence])}<button type="button" data-full-size>{both(words.NONE_FULL_SIZE)}</button>'


def save(look: Look | None, setup: Setup, live: bool = True) -> str:
    """Downloads, the link and the command; ``live``: the address of the page follows."""
    query, command = to_query(setup), to_command(setup, setup.sample or setup.file or words.YOUR_PHOTO_FILE)
    downloads = []
    if look is not None and look.truth and "degraded" in look.pictures:
        shown = look.pictures["degraded"]
        downloads.append((shown.full or shown.url, "degraded.png", words.DEGRADED))
    if look is not None and "download" in look.pictures:
        downloads.append((look.pictures["download"].url, "restored.png", words.RESTORED))
    links = f'<span class="title">{both(words.DOWNLOAD)}</span>' if downloads else ""
    links += "".join(f'<a class="button" href="{url}" download="{name}">{both(title)}</a>' for url, name, title in downloads)
    notes = [words.COMMAND_HELP]
    if any(step.name == "painted_mask" for step in setup.steps):
        notes.append(words.PAINTING_STAYS)
    if setup.restorer not in restorer_names():
        notes.append(words.ADDED_STAYS if HubId.matches(setup.restorer) else words.OWN_STAYS)
    if look is not None and look.working.size != look.working.full:
        notes.append(words.COMMAND_SIZE)
    link = copied(words.LINK, f'id="restore-link" data-query="{html.escape(query)}"{" data-live" if live else ""}')
    line = copied(words.COMMAND, f'id="restore-command" value="{html.escape(command)}"')
    return (
        f'<div class="downloads">{links}</div><details class="fold"><summary>{both(words.SHARE)}</summary>'
        f"{link}{sentences([words.LINK_HELP])}{line}{sentences(notes)}</details>"
    )


def copied(title: Text, attributes: str) -> str:
    """A field to be read only, with its ``attributes`` as HTML and a button that copies it where ``restorers.copies`` runs."""
    button = f'<span class="copy-before">{both(words.COPY)}</span><span class="copy-after">{both(words.COPIED)}</span>'
    return (
        f'<label><span class="title">{both(title)}</span><span class="copy"><input readonly {attributes}>'
        f'<button type="button" data-copy>{button}</button></span></label>'
    )
