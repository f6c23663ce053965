"""The page: composes the tabs; how it looks and how it is served."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import gradio as gr

from restorers.errors import RestorersError
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.ui import server
from restorers.ui.api import Endpoints
from restorers.ui.compare_tab import CompareTab
from restorers.ui.controls import asset
from restorers.ui.guard import MAX_UPLOAD, names_an_address
from restorers.ui.inside_tab import InsideTab
from restorers.ui.language import STYLE, both, say, switch_script, translations
from restorers.ui.lesson_tab import LessonTab, lesson_bar
from restorers.ui.lesson_view import script as lesson_script
from restorers.ui.models_tab import ModelsTab
from restorers.ui.photo_input import told
from restorers.ui.restore_handlers import Desk
from restorers.ui.restore_tab import RestoreTab, link_banner
from restorers.ui.train_tab import TrainTab
from restorers.ui.uploads import private_folder
from restorers.ui.words import page as words
from restorers.ui.words import server as server_words

THEME = gr.themes.Base(
    primary_hue=gr.themes.colors.teal,
    neutral_hue=gr.themes.colors.slate,
    radius_size=gr.themes.sizes.radius_md,
    spacing_size=gr.themes.sizes.spacing_sm,
    text_size=gr.themes.sizes.text_sm,
    font=[gr.themes.Font("system-ui"), gr.themes.Font("sans-serif")],
    font_mono=[gr.themes.Font("ui-monospace"), gr.themes.Font("monospace")],
).set(
    body_background_fill="white",
    body_background_fill_dark="*neutral_950",
    button_primary_background_fill="*primary_700",
    button_primary_background_fill_hover="*primary_800",
    button_primary_background_fill_dark="*primary_700",
    button_primary_background_fill_hover_dark="*primary_800",
    button_primary_text_color="white",
    slider_color="*primary_600",
    slider_color_dark="*primary_400",
    block_label_text_color="*neutral_600",
    block_info_text_color="*neutral_600",
    block_info_text_color_dark="*neutral_400",
)


_TAB_SCRIPT = "() => restorers.address.put(['tab'], '%s')"


class _Page(gr.Blocks):
    """A queue that is bounded from the start: to ask for it afterwards would build the routes of the server a third time.
    And no file field that makes the server fetch an address.
    """

    def queue(self, **settings):
        super().queue(**{"max_size": 16, "default_concurrency_limit": 1, **settings})
        self._queue.sleep_when_free = 0.01  # seconds; Gradio's thousand looks a second take a tenth of a core from the networks
        return self

    async def preprocess_data(self, block_fn, inputs, *rest, **more):
        if not self.mcp_server and names_an_address(inputs):  # a tool for other programs may be given addresses
            raise told(RestorersError(server_words.ONLY_UPLOADS))
        try:
            return await super().preprocess_data(block_fn, inputs, *rest, **more)
        except gr.Error as error:
            if error.title == "Error":  # Gradio's own words: they repeat what was sent, and are shown as HTML
                error.message = html.escape(error.message)
            raise


def build_demo() -> gr.Blocks:
    """Build the page. Loads no weights and no TensorFlow; ``launch_options`` says how to serve it."""
    desk = Desk(uploads=private_folder())
    with _Page(title=words.NAME, analytics_enabled=False, delete_cache=(300, 3600), fill_width=True) as demo:
        with gr.Row(elem_id="page-head"):
            gr.HTML(f"<h1>{both(words.TITLE)}</h1><p>{both(words.TAGLINE)}</p>", elem_id="page-title")
            switch = gr.HTML(
                html_template=f'<span class="unseen">{both(words.LANGUAGE)}</span>'
                '<button type="button" data-language="en" lang="en">English</button>'
                '<button type="button" data-language="zh" lang="zh-CN">中文</button>',
                js_on_load=asset("switch.js"),
                apply_default_css=False,
                elem_id="page-language",
            )
        bar = lesson_bar()
        banner = link_banner()
        with gr.Tabs(elem_id="page-tabs", overflow_behavior="wrap") as tabs:
            with gr.Tab(say(words.TAB_RESTORE), id="restore", elem_id="tab-restore") as restore_tab:
                restore = RestoreTab(desk, banner)
            with gr.Tab(say(words.TAB_COMPARE), id="compare", elem_id="tab-compare") as compare_tab:
                compare = CompareTab(desk)
            with gr.Tab(say(words.TAB_TRAIN), id="train", elem_id="tab-train") as train_tab:
                try:
                    train = TrainTab(desk)
                except RestorersError as error:  # the environment asks for what there is not
                    raise SystemExit(str(error)) from None
            with gr.Tab(say(words.TAB_INSIDE), id="inside", elem_id="tab-inside") as inside_tab:
                inside = InsideTab(desk)
            with gr.Tab(say(words.TAB_MODELS), id="models", elem_id="tab-models") as models_tab:
                models = ModelsTab(train.handlers)
            with gr.Tab(say(words.TAB_LESSONS), id="lessons", elem_id="tab-lessons") as lessons_tab:
                lessons = LessonTab(bar)
        gr.HTML(f"<p>{both(words.PRIVACY)}</p>", elem_id="page-foot")
        Endpoints(desk)
        desk.own = lambda owner: [*train.handlers.restorers(owner), *models.handlers.restorers(owner)]
        restore.listen(demo, restore_tab)
        compare.listen(compare_tab, tabs, restore)
        train.listen(demo, train_tab)
        inside.listen(demo, inside_tab)
        models.listen(demo, models_tab, tabs, restore)
        lessons.listen(restore, train)
        titles = {
            restore_tab: words.TAB_RESTORE,
            compare_tab: words.TAB_COMPARE,
            train_tab: words.TAB_TRAIN,
            inside_tab: words.TAB_INSIDE,
            models_tab: words.TAB_MODELS,
            lessons_tab: words.TAB_LESSONS,
        }
        for tab in titles:
            tab.select(None, None, None, js=_TAB_SCRIPT % ("" if tab is restore_tab else f"tab={tab.id}"), api_visibility="private")
        _retitle(switch, {**titles, **compare.titles})
    demo.desk, demo.train, demo.compare, demo.inside, demo.models = desk, train, compare, inside, models
    demo.titles = {tab.id: title for tab, title in titles.items()}
    return demo


def launch_options(demo: gr.Blocks) -> dict[str, Any]:
    """The arguments of ``demo.launch`` that make the page safe, private and bilingual."""
    # a style of our own, not launch(css=…): Gradio prefixes that, and then it cannot ask for <html lang> or the dark body
    style = "".join(asset(name) for name in ("page.css", "train.css", "compare.css", "inside.css", "models.css", "lessons.css"))
    large = f"{asset('too_large.js')}restorers.refuseLarge({MAX_UPLOAD}, {json.dumps(words.TOO_LARGE._asdict())});"
    early = "".join(asset(name) for name in ("leaving.js", "slider_reset.js", "focus.js", "aloud.js", "address.js", "tabs.js"))
    script = f"{early}{switch_script()}{asset('gradio_names.js')}{large}{lesson_script(demo.titles)}"
    head = f"<style>{STYLE}{style}</style><script>{script}</script>"
    return {
        "allowed_paths": sorted({str(Path(sample.path).parent) for sample in SAMPLES.values()}),
        "app_kwargs": server.app_kwargs(
            demo.desk,
            *demo.train.handlers.shelves,
            *demo.compare.handlers.shelves,
            *demo.inside.handlers.shelves,
            *demo.models.handlers.shelves,
            kept=lambda: frozenset().union(*(getattr(block, "keep_in_cache", ()) for block in demo.blocks.values())),
        ),
        "enable_monitoring": False,
        "footer_links": [],
        "head": head,
        "i18n": translations(),
        "max_file_size": MAX_UPLOAD,
        "run_history": False,
        "show_error": False,
        "ssr_mode": False,
        "state_session_capacity": 200,
        "strict_cors": True,
        "theme": THEME,
    }


def _retitle(switch: gr.HTML, titles: dict[gr.Tab, Text]) -> None:
    """After a change of language: Gradio does not translate the titles of tabs that were never opened."""
    texts = json.dumps([title._asdict() for title in titles.values()])
    script = f"() => {texts}.map((title) => ({{ __type__: 'update', label: title[restorers.language()] }}))"
    switch.change(None, None, list(titles), js=script, api_visibility="private")
