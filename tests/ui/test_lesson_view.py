"""What the browser is told of the lessons."""

import json
import re
from urllib.parse import parse_qsl

import pytest

from restorers.degradations import DEGRADATIONS
from restorers.lessons import LESSONS, PLACES
from restorers.restore import all_restorers
from restorers.samples import SAMPLES
from restorers.text import Text
from restorers.training.recipes import RECIPES
from restorers.ui import lesson_view as view
from restorers.ui.controls import MORE
from restorers.ui.restore_tab import start_setup
from restorers.ui.setup import from_query, to_query
from restorers.ui.train_handlers import page_recipes
from restorers.ui.train_setup import TrainSetup
from restorers.ui.train_setup import from_query as training_of
from restorers.ui.viewer import LABELS
from restorers.ui.words import restore as restore_words
from restorers.ui.words import train as train_words

TABS = {name: Text(name.title(), f"{name}页") for name in ("restore", "train", "lessons")}
STEPS = [pytest.param(step, id=f"{lesson.name}-{number}") for lesson in LESSONS for number, step in enumerate(lesson.steps, 1)]


@pytest.mark.parametrize("step", STEPS)
def test_the_tab_takes_every_setting_of_a_step(step):
    if step.tab == "restore":
        setup, ignored = from_query(parse_qsl(step.link), start_setup(), SAMPLES)
        assert set(step.link.split("&")) <= {part for part in _shortened(to_query(setup), step.link)}
    else:
        setup, ignored = training_of(parse_qsl(step.link), TrainSetup(page_recipes()[0].name, sample="cat"))
        assert setup.sample == dict(parse_qsl(step.link))["watch"]
    assert ignored == []


QUOTED = re.compile("“(.*?)[.?]?”")
SAYINGS = {"lost", "acc", "I do not know this"}  # in quotes, but on no control


def _names():
    """What stands on the page, in English, and the same in Chinese."""
    plugins = [*DEGRADATIONS, *all_restorers(), *RECIPES]
    parameters = [parameter for plugin in plugins for parameter in plugin.parameters()]
    found = [MORE, *LABELS.values(), *(plugin.title for plugin in plugins), *(parameter.label for parameter in parameters)]
    found += [choice for parameter in parameters for choice in (parameter.choices or {}).values()]
    for room in (restore_words, train_words):
        found += [text for text in vars(room).values() if isinstance(text, Text)]
    names = {}
    for text in found:
        names.setdefault(text.en.rstrip("?"), set()).add(text.zh.rstrip("？"))
    return names


@pytest.mark.parametrize("step", STEPS)
def test_what_a_step_quotes_is_called_so_on_the_page(step):
    names = _names()
    for text in (step.says, step.question, step.answer):
        in_chinese = {quoted.rstrip("？") for quoted in QUOTED.findall(text.zh)}
        for quoted in set(QUOTED.findall(text.en)) - SAYINGS:
            assert quoted in names
            assert names[quoted] & in_chinese


def _shortened(query, link):
    """The parts of ``query``, of each only the settings that ``link`` names."""
    named = {part.split(",")[0]: [pair.split("=")[0] for pair in part.split(",")[1:]] for part in link.split("&")}
    for part in query.split("&"):
        head, *pairs = part.split(",")
        yield ",".join([head, *(pair for pair in pairs if pair.split("=")[0] in named.get(head, ()))])


def test_every_place_can_be_found():
    assert set(view.SELECTORS) == set(PLACES)
    assert {place.tab for place in PLACES.values()} <= set(TABS)


def test_a_step_that_works_longer_says_how_long():
    steps = [step for lesson in LESSONS for step in lesson.steps]
    patient, quick = next(s for s in steps if s.seconds), next(s for s in steps if not s.seconds)
    assert f"about {patient.seconds} seconds" in view.where(patient, TABS).en
    assert "seconds" not in view.where(quick, TABS).en
    assert all(step.seconds for step in steps if step.place == "film")


def test_each_name_that_can_be_hidden_fits_into_a_link():
    names = [entry["name"] for entry in view.hideable(TABS)]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[a-z]+", name) for name in names)
    assert {"photo", "degradation", "method", "train", "lessons"} <= set(names)


def test_the_script_holds_the_lessons_and_cannot_be_broken_out_of():
    script = view.script({**TABS, "restore": Text("</script><b>", "</script>")})
    assert "</script" not in script
    data = json.loads(script[script.index("{", script.index("lessonData")) :].split(";\n", 1)[0])
    assert [lesson["name"] for lesson in data["lessons"]] == LESSONS.names()
    assert data["lessons"][0]["steps"][0]["where"]["en"] == "“</script><b>” tab, the pictures"
    assert len(script.encode()) < 100_000  # each visitor fetches it
