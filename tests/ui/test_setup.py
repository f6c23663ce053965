import shlex
from urllib.parse import parse_qsl

import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS
from restorers.errors import RestorersError
from restorers.restore import all_restorers, find_restorer
from restorers.samples import SAMPLES
from restorers.ui.setup import MAX_STEPS, Setup, Step, from_query, to_command, to_query

START = Setup("cat", "fit", (Step("gaussian_noise", {"sigma": 25.0}),), 0, "do_nothing", {})


def read(query: str, start: Setup = START):
    return from_query(parse_qsl(query, keep_blank_values=True), start, SAMPLES)


@pytest.mark.parametrize("degradation", list(DEGRADATIONS), ids=lambda d: d.name)
def test_a_link_restores_every_setting_of_every_degradation(degradation):
    settings = {}
    for p in degradation.parameters():
        if p.kind in ("float", "int"):
            settings[p.name] = p.high
        elif p.kind == "bool":
            settings[p.name] = not p.default
        elif p.kind == "choice":
            settings[p.name] = list(p.choices)[-1]
    setup = Setup("coffee", "full", (Step(degradation.name, settings),), 77, "do_nothing", {}, 0.35)
    again, notes = read(to_query(setup))
    assert again == setup
    assert len(notes) == (degradation.name == "painted_mask")


@pytest.mark.parametrize("restorer", all_restorers(), ids=lambda r: r.name)
def test_a_link_restores_every_restorer(restorer):
    setup = Setup("cat", "fit", START.steps, 3, restorer.name, restorer().settings())
    again, notes = read(to_query(setup))
    assert again == setup
    assert not notes


def test_a_chain_keeps_its_order_and_no_damage_is_a_setting_too():
    chain = (Step("jpeg", {"quality": 20}), Step("gaussian_noise", {"sigma": 5.0}), Step("jpeg", {"quality": 90}))
    again, _ = read(to_query(Setup("cat", steps=chain)))
    assert [(s.name, dict(s.settings)) for s in again.steps] == [(s.name, dict(s.settings)) for s in chain]
    assert read(to_query(Setup("cat", steps=())))[0].steps == ()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("photo=../../etc/passwd", "no example photo called “../../etc/passwd”"),
        ("size=huge", "“fit” or “full”"),
        ("with=earthquake,force=9", "no damage called “earthquake”"),
        ("with=gaussian_noise,sigma=999", "sigma must be a number from 0 to 150"),
        ("with=gaussian_noise,sigma=nan", "sigma must be a number"),
        ("with=gaussian_noise,colour=red", "no setting called “colour”"),
        ("with=painted_mask,mask=/etc/passwd", "no setting called “mask”"),
        ("seed=-1", "from 0 to 2147483647"),
        ("seed=99999999999", "from 0 to 2147483647"),
        ("using=magic", "no method called “magic”"),
        ("using=non_local_means,strength=-3", "strength must be"),
        ("strength=101", "between 0 and 100"),
        ("strength=much", "between 0 and 100"),
    ],
)
def test_what_is_unknown_or_out_of_range_is_left_out_with_a_sentence(query, sentence):
    setup, notes = read(query)
    assert sentence in " ".join(note.en for note in notes)
    assert all(note.zh != note.en for note in notes)
    assert setup.sample == "cat"
    assert setup.size == "fit"
    assert setup.seed == 0
    assert setup.strength == 1
    assert not any(value == 999 for step in setup.steps for value in step.settings.values())


def test_what_a_link_does_not_say_of_a_method_is_its_default():
    assert read("using=wiener")[0].settings == find_restorer("wiener").settings()
    given = read("using=wiener,regularisation=10")[0].settings
    assert given == {**find_restorer("wiener").settings(), "regularisation": 10}


def test_a_link_cannot_ask_for_more_work_than_a_visitor_can():
    setup, notes = read("&".join(["with=gaussian_blur"] * 50))
    assert len(setup.steps) == MAX_STEPS
    assert f"at most {MAX_STEPS}" in notes[0].en


def test_parameters_that_are_not_ours_are_ignored():
    assert read("__theme=dark&lang=zh&utm_source=x") == (START, [])


def test_the_command_is_understood_by_the_command_line():
    from restorers.__main__ import _degradation, _grouped, _restorers

    steps = (Step("gaussian_noise", {"sigma": 12.5, "clip": False}), Step("jpeg", {"quality": 30}))
    setup = Setup("cat", "fit", steps, 7, "non_local_means", {"strength": 0.8})
    words = shlex.split(to_command(setup, "my photo.png"))
    assert words[:6] == ["python", "-m", "restorers", "restore", "my photo.png", "restored.png"]
    groups = _grouped(("--with", "--using"), words[6:])
    degradation, (restorer,) = _degradation(groups), _restorers(groups)
    assert degradation == setup.degradation()
    assert (restorer.name, restorer.strength) == ("non_local_means", 0.8)
    assert words[words.index("--seed") + 1] == "7"


def test_the_command_takes_any_file_name():
    for name in ("-rf *.png", "it's; rm -rf ~.png", "日落.jpg"):
        words = shlex.split(to_command(Setup("cat"), name))
        assert words[4] in (name, f"./{name}")
        assert not words[4].startswith("-")


def test_the_name_of_the_visitors_file_is_in_no_link():
    assert "holiday" not in to_query(Setup(file="holiday.png"))


def test_a_painted_mask_is_written_neither_into_a_link_nor_into_a_command():
    setup = Setup("cat", steps=(Step("painted_mask", {"mask": np.ones((4, 4), bool)}),))
    assert "with=painted_mask&" in to_query(setup)
    assert "mask=" not in to_command(setup, "x.png")


def test_settings_are_checked_when_the_degradation_is_built():
    with pytest.raises(RestorersError, match="sigma must be"):
        Setup(steps=(Step("gaussian_noise", {"sigma": 1e9}),)).degradation()
