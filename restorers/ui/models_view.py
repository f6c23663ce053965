"""From presets to what the components of the Models tab show: cards, offers, sentences."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from restorers.compare import benchmarks
from restorers.degradations import DEGRADATIONS, FAMILIES
from restorers.hub import CARD, TEXT_LIMIT, Published
from restorers.metrics import VALIDATION
from restorers.presets import Preset
from restorers.text import Text
from restorers.training import tutorials
from restorers.ui.compare_view import decibels
from restorers.ui.jobs import Running, Waiting
from restorers.ui.language import both, fill, joined
from restorers.ui.models_handlers import MOST_WORDS, Offer, gains, is_number, shortened
from restorers.ui.restore_view import copied, sentences
from restorers.ui.words import models as words
from restorers.ui.words import restore as restore_words

MOST_SCORES = 24  # of one preset
SHOWN_COMMIT = 12  # digits
PICTURE = re.compile(r"!\[([^\]\n]*)\]\(([a-z]+\.png)\)")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
VALIDATED_ON = (
    (re.compile(r"(\d+) held-out pictures of (\d+×\d+)"), words.HELD_OUT),
    (re.compile(r"(\d+) pictures of (\d+×\d+) that it has learned from"), words.LEARNED),
)
COMMENT = re.compile(r"<!--.*?-->\n*", re.DOTALL)
_PSNR = Text("PSNR (dB)", "PSNR（dB）")


def plain(value: Any) -> Text:
    """What is the same in both languages."""
    return Text(str(value), str(value))


def file_size(size: int) -> str:
    """Bytes as people read them."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.0f} kB"


# the cards


def room(shipped: Sequence[Preset], problems: Iterable[Text], added: Sequence[Preset]) -> str:
    """The cards of all presets, those that the visitor has added first."""
    parts = [
        f'<p class="hint">{both(words.INTRO)}</p><div class="models-ways">{_way("#models-add", words.GO_ADD)}'
        f"{_way('#models-publish', words.GO_PUBLISH)}</div>"
    ]
    if added:
        parts.append(f"<h2>{both(words.ADDED)}</h2>{_cards(added, True)}")
    hidden = "" if added else ' class="unseen"'
    parts.append(f"<h2{hidden}>{both(words.SHIPPED)}</h2>")
    parts += [_cards(shipped, False)] if shipped else [f'<p class="empty">{both(words.NONE_HERE)}</p>']
    return "".join(parts) + sentences(problems, "problem")


def _way(place: str, title: Text) -> str:
    return f'<button type="button" data-go="{place}">{both(title)}</button>'


def _cards(presets: Iterable[Preset], foreign: bool) -> str:
    cards = "".join(f"<li>{_card(preset, foreign, number)}</li>" for number, preset in enumerate(presets))
    return f'<ul class="models-cards">{cards}</ul>'


def _card(preset: Preset, foreign: bool, number: int) -> str:
    title = f"models-{'added' if foreign else 'shipped'}-{number}"
    return (
        f'<article aria-labelledby="{title}"><h3 id="{title}">{both(preset.title)}</h3><p>{both(preset.help)}</p>'
        f"{facts(preset)}{scores(preset, foreign)}"
        f'<div class="models-buttons">{button("use", words.USE, preset)}{button("open", words.WHOLE, preset)}'
        f"{button('remove', words.REMOVE, preset) if foreign else ''}</div></article>"
    )


def button(what: str, title: Text, preset: Preset | None = None) -> str:
    """A button that does something with a preset; a screen reader hears with which."""
    unseen = f'<span class="unseen">: {both(preset.title)}</span>' if preset is not None else ""
    model = f' data-model="{html.escape(preset.name)}"' if preset is not None else ""
    return f'<button type="button" data-do="{what}"{model}>{both(title)}{unseen}</button>'


def facts(preset: Preset) -> str:
    """What is known of a preset but its scores."""
    size = preset.architecture.input_size
    shape = words.ANY_SIZE if size is None else words.ONE_SIZE.format(size=size)
    name = preset.architecture.name
    count, stored = f"{preset.weights['parameters']:,}", str(preset.weights.get("dtype", ""))[:20]
    rows = [
        (words.SUITS, made_for(preset)),
        (words.TRAINED_ON, preset.trained_on),
        (words.PICTURES, plain(shortened(preset.data, MOST_WORDS))),
        (words.ARCHITECTURE, Text(f"{name}, {shape.en}", f"{name}，{shape.zh}")),
        (words.PARAMETERS, plain(count)),
        (words.FILE, plain(", ".join(filter(None, (preset.weights["file"][:80], file_size(preset.weights["bytes"]), stored))))),
        (words.LICENCE, plain(preset.licence)),
        (words.REFERENCE, plain(preset.reference)),
    ]
    if preset.hub:
        rows += [(words.REPOSITORY, plain(preset.hub["id"])), (words.COMMIT, plain(preset.hub["revision"]))]
    rows.append((words.CHECKSUM, plain(preset.weights["sha256"])))
    exact = (words.COMMIT, words.CHECKSUM)
    shown = ((t, f"<code>{both(v)}</code>" if t in exact else both(v)) for t, v in rows if v.en)
    return "<dl>" + "".join(f"<div><dt>{both(title)}</dt><dd>{value}</dd></div>" for title, value in shown) + "</dl>"


def made_for(preset: Preset) -> Text:
    """The damage that a preset was made for, by name or by family; empty where there is none."""
    found = [d.title for d in DEGRADATIONS if d.name in preset.suits and d.family not in preset.suits]
    found += [title for name, title in FAMILIES.items() if name in preset.suits]
    return joined(found) if found else Text("", "")


def scores(preset: Preset, foreign: bool = False) -> str:
    """The gains in a sentence, and all scores in a table, each under its protocol."""
    entries = [s for s in preset.scores if isinstance(s, dict) and is_number(s.get("psnr"))][:MOST_SCORES]
    if not entries:
        return f'<p class="note">{both(words.SCORES_NONE)}</p>'
    found = gains(preset)
    if not found:
        gain = words.GAIN_NONE
    else:
        low, high = decibels(found[0]), decibels(found[-1])
        gain = words.GAIN_ONE.format(low=low) if low == high else words.GAIN.format(low=low, high=high)
    head = "".join(f'<th scope="col">{both(t)}</th>' for t in (words.MEASURED_ON, _PSNR, words.NOTHING, words.GAINED))
    body = ""
    known = protocols()
    for protocol, group in groupby(entries, lambda s: _text(s.get("protocol"))):
        said = both(fill(words.PROTOCOL, protocol=known.get(protocol, plain(protocol))))
        row = f'<tr class="protocol"><th colspan="4" scope="rowgroup">{said}</th></tr>'
        body += f"<tbody>{row}{''.join(map(_score, group))}</tbody>"
    note = f'<p class="note">{both(words.FOREIGN)}</p>' if foreign else ""
    caption = both(fill(words.SCORES, title=preset.title))
    return (
        f'<p class="models-gain">{both(gain)}</p><table><caption class="unseen">{caption}</caption>'
        f"<thead><tr>{head}</tr></thead>{body}</table>{note}"
    )


def _score(score: dict[str, Any]) -> str:
    benchmark, setting = _text(score.get("benchmark")), _text(score.get("setting"))
    where = _setting(setting)
    if benchmark:
        where = Text(*(" · ".join(filter(None, (benchmark, said))) for said in where))
    if isinstance(count := score.get("photos"), int) and not re.search(rf"\b{count}\b", setting):
        photos = words.PHOTOS.format(count=f"{count:,}")
        where = Text(f"{where.en} ({photos.en})", f"{where.zh}（{photos.zh}）")
    cells = [f"{score['psnr']:.2f}", *(_decibels(score.get(key), key == "gain") for key in ("psnr_degraded", "gain"))]
    return f'<tr><th scope="row">{both(where)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>'


@cache
def protocols() -> dict[str, Text]:
    """The protocols of this project's own cards, by what the cards call them."""
    return {text.en: text for text in (VALIDATION, tutorials.PROTOCOL, *(b.help for b in benchmarks().values()))}


def _setting(setting: str) -> Text:
    for form, said in VALIDATED_ON:
        if found := form.fullmatch(setting):
            return said.format(count=found[1], size=found[2])
    return words.SETTINGS.get(setting, plain(setting))


def _decibels(value: Any, signed: bool) -> str:
    if not is_number(value):
        return "–"
    return f"{value:+.2f}".replace("-", "−") if signed else f"{value:.2f}"


def _text(value: Any) -> str:
    return shortened(value, MOST_WORDS) if isinstance(value, str) else ""


def head(preset: Preset, foreign: bool) -> str:
    """Above the whole card: the title, the way back, and what can be done with it. A foreign one's facts and scores, too."""
    more = f"<p>{both(preset.help)}</p>{facts(preset)}{scores(preset, True)}" if foreign else ""
    remove = button("remove", words.REMOVE, preset) if foreign else ""
    return (
        f'<div class="models-buttons"><button type="button" data-do="all">‹ {both(words.ALL)}</button>'
        f"{button('use', words.USE, preset)}{remove}</div>"
        f'<h2 id="models-title" tabindex="-1">{both(preset.title)}</h2>{more}'
        f'<p class="note">{both(words.CARD_FOREIGN if foreign else words.CARD_PUBLISHED)}</p>'
    )


def card(preset: Preset) -> str:
    """The card of a preset of this server as Markdown, with the addresses of its pictures."""
    try:
        text = _read(preset)
    except OSError:
        return ""
    text = COMMENT.sub("", FRONT_MATTER.sub("", text))
    text = re.sub(r"^# .*\n+", "", text.lstrip(), count=1)  # the title stands above
    text = re.sub(r"^#", "##", text, flags=re.MULTILINE)

    def picture(match: re.Match[str]) -> str:
        return f"![{match[1]}](cards/{preset.name}/{match[2]})" if (preset.folder / match[2]).is_file() else ""

    return PICTURE.sub(picture, text)


def foreign_card(preset: Preset) -> str:
    """The card of a preset of somebody else, as text and nothing but text."""
    try:
        text = FRONT_MATTER.sub("", _read(preset)).strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    return f'<pre tabindex="0">{html.escape(text)}</pre>' if text else f'<p class="note">{both(words.CARD_MISSING)}</p>'


def _read(preset: Preset) -> str:
    with (preset.folder / CARD).open(encoding="utf-8") as file:
        return file.read(TEXT_LIMIT)


def to_query(name: str) -> str:
    """The preset whose card is open, for a link; empty for none."""
    return urlencode({"model": name}, safe="/@") if name else ""


# adding


def asking(news: Waiting | Running) -> str:
    """The hub is asked."""
    if isinstance(news, Waiting) and news.ahead:
        return sentences([restore_words.WAITING.format(ahead=news.ahead)], "hint")
    long = isinstance(news, Running) and news.seconds >= 2
    return sentences([words.ASKING_LONG.format(seconds=news.seconds) if long else words.ASKING], "hint")


def found(offer: Offer) -> str:
    """What the hub has."""
    sentence = words.FOUND.format(name=offer.pinned.unpinned, size=file_size(offer.size), commit=offer.pinned.revision[:SHOWN_COMMIT])
    return sentences([sentence], "notice")


def fetching(news: Waiting | Running, offer: Offer, share: float) -> str:
    """How much has come; ``share`` of the bytes, 0 to 1."""
    if isinstance(news, Waiting) and news.ahead:
        return sentences([restore_words.WAITING.format(ahead=news.ahead)], "hint")
    size = file_size(offer.size)
    text = words.CHECKING.format(size=size) if share >= 1 else words.FETCHING.format(done=file_size(round(share * offer.size)), size=size)
    return sentences([text], "hint") + f'<div class="train-bar"><i style="width:{100 * min(share, 1):.1f}%"></i></div>'


def fetched(preset: Preset) -> str:
    """It stands among the methods now."""
    commit = plain(preset.hub["revision"][:SHOWN_COMMIT])
    return sentences([fill(words.FETCHED, title=preset.title, commit=commit)], "notice")


# publishing


def elsewhere(name: str) -> str:
    """How to publish where nobody can sign in; ``name``: what a visitor's file unpacks to."""
    command = html.escape(f"python -m restorers publish {name} --to USER/NAME")
    return sentences([words.PUBLISH_ELSEWHERE]) + copied(words.COMMAND, f'id="models-command" value="{command}"')


def sign_in(user: str | None, trained: bool) -> str:
    """Who publishes, and what there is to do before."""
    target = urlencode({"_target_url": "/?tab=models"})

    def link(path: str, title: Text, sign: str) -> str:
        # its own tab: this one would load anew, and forget what was trained
        return f'<a class="button" data-sign="{sign}" href="{path}?{target}" target="_blank" rel="noopener">{both(title)}</a>'

    if user is None:
        return sentences([words.PUBLISH_HELP]) + link("login/huggingface", words.SIGN_IN, "in") + sentences([words.SIGN_IN_HELP])
    said = f"{sentences([words.SIGNED_IN.format(name=shortened(user, 80))], 'hint')}{link('logout', words.SIGN_OUT, 'out')}"
    return said + ("" if trained else sentences([words.TRAIN_FIRST]))


def publishing(news: Waiting | Running) -> str:
    """It is on its way."""
    if isinstance(news, Waiting) and news.ahead:
        return sentences([restore_words.WAITING.format(ahead=news.ahead)], "hint")
    return sentences([words.PUBLISHING.format(seconds=news.seconds if isinstance(news, Running) else 0)], "hint")


def published(done: Published) -> str:
    """Where it is."""
    url = html.escape(done.url)
    said = words.PUBLISHED.format(commit=done.revision[:SHOWN_COMMIT])
    return f'<p class="notice">{both(said)} <a href="{url}" target="_blank" rel="noopener">{url}</a></p>'
