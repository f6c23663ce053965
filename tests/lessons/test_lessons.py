"""What the lessons say: in both languages, short, and true."""

import re
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest

from restorers.degradations import DEGRADATIONS, Chain, degrade
from restorers.lessons import LESSONS, PLACES
from restorers.metrics import psnr
from restorers.restore import find_restorer, restore
from restorers.samples import SAMPLES, sample_photo

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
STEPS = [pytest.param(step, id=f"{lesson.name}-{number}") for lesson in LESSONS for number, step in enumerate(lesson.steps, 1)]
MEASURED = [param for param in STEPS if param.values[0].gains is not None]
# what is no figure of a card follows from the sizes that the steps themselves name
CODE_OF_TUTORIAL_1, PHOTO_OF_TUTORIALS = 64 * 64 * 128, 128 * 128 * 3
RECKONED = {
    f"{number:,}"
    for number in (
        CODE_OF_TUTORIAL_1,
        PHOTO_OF_TUTORIALS,
        32 * 32,
        80 * 80,
        int(round(34_951_683 / 40, -3)),
    )
}


def figures(text):
    """The figures of a sentence that somebody must have measured or counted: with a point, or of more than three digits."""
    return set(re.findall(r"\d{1,3}(?:,\d{3})+|\d+\.\d+", text))


def split(link):
    """The photo, the degradations and the method of a link, read here without the page."""
    values = parse_qsl(link)
    packed = [(name, [part.partition(",")[::2] for key, part in values if key == name]) for name in ("with", "using")]
    settings = {kind: [(name, dict(pair.split("=") for pair in rest.split(",") if pair)) for name, rest in parts] for kind, parts in packed}
    return dict(values)["photo"], settings["with"], settings["using"][0]


def test_there_are_the_five_tutorials_and_one_more():
    assert LESSONS.names() == ["autoencoder", "noise", "resolution", "digits", "latent", "invention"]
    assert all(7 <= len(lesson.steps) <= 10 for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=LESSONS.names())
def test_a_lesson_has_its_words_in_both_languages(lesson):
    for text in (lesson.title, lesson.about):
        assert text.en.strip() and not CHINESE.search(text.en)
        assert CHINESE.search(text.zh)
    assert 5 <= lesson.minutes <= 15


@pytest.mark.parametrize("step", STEPS)
def test_a_step_says_one_thing_and_asks_one_question_in_both_languages(step):
    for text in (step.says, step.question, step.answer):
        assert text.en.strip() and not CHINESE.search(text.en)
        assert CHINESE.search(text.zh)
        assert figures(text.en) == figures(text.zh)
    assert len(re.findall(r"[.?!]”?(?= |$)", step.says.en)) <= 3
    assert "?" in step.question.en
    assert "？" in step.question.zh
    assert step.place in PLACES


@pytest.mark.parametrize("step", STEPS)
def test_only_a_gain_is_negative(step):
    # the score of a bad result is low, but above 0: the page shows it beside the gain
    assert not re.search("(得分|分数)[^。]*负", step.question.zh + step.answer.zh)


@pytest.mark.parametrize("step", STEPS)
def test_every_figure_stands_on_a_card_or_follows_from_one(step):
    cards = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "weights").glob("*/README.md"))
    known = figures(cards) | figures(re.sub(r"(?<=\d)(?=(?:\d{3})+(?!\d))", ",", cards)) | RECKONED
    said = figures(step.says.en) | figures(step.answer.en)
    assert not {f for f in said if f not in known}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_on_restore_names_all_that_it_needs(step):
    if step.tab == "restore":
        photo, degradations, (method, settings) = split(step.link)
        assert photo in SAMPLES
        assert degradations
        assert all(name == "none" or name in DEGRADATIONS for name, _ in degradations)
        find_restorer(method, settings)
    else:
        assert {"train", "learn", "watch", "seconds"} == set(dict(parse_qsl(step.link)))


@pytest.mark.parametrize("step", MEASURED)
def test_a_method_gains_or_loses_as_the_answer_says(step):
    name, degradations, (method, settings) = split(step.link)
    photo = sample_photo(name)
    built = [DEGRADATIONS.get(degradation).from_settings(values) for degradation, values in degradations]
    observation = degrade(photo, built[0] if len(built) == 1 else Chain(tuple(built)), seed=0)
    restored = restore(observation, find_restorer(method, settings)).photo
    gain = psnr(restored, photo) - psnr(observation.photo, photo)
    assert gain > 0.5 if step.gains else gain < -0.5


def test_twice_the_noise_costs_nearly_six_decibels():
    # lesson "noise": where nothing is clipped exactly 6.02, and the less the more is
    photo = sample_photo("cat")
    weak, strong, stronger = (psnr(degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=s)).photo, photo) for s in (25, 50, 100))
    assert 5.5 < weak - strong < 6
    assert strong - stronger < 5


def test_the_order_of_the_methods_is_as_told():
    # lesson "noise": average < network < wavelets on the same noisy photo
    photo = sample_photo("cat")
    noisy = degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=50, mean=10))
    average, network, wavelets = (
        psnr(restore(noisy, find_restorer(name)).photo, photo) for name in ("gaussian_filter", "tutorial-denoise", "wavelet")
    )
    assert average < network < wavelets


def test_a_specialist_for_strong_noise_smooths_and_darkens_where_it_is_weak():
    # lesson "noise": as much detail is lost as under strong noise, and the brightness that its own noise adds is taken off where none was
    photo = sample_photo("cat")
    strong, weak, brightened = (
        restore(degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=s, mean=m)), find_restorer("tutorial-denoise")).photo
        for s, m in ((50, 10), (5, 0), (5, 10))
    )
    darker = [255 * float((photo - restored).mean()) for restored in (strong, weak, brightened)]
    assert darker[1] > 15 and darker[0] < 8
    assert darker[1] - darker[2] == pytest.approx(10, abs=4)
    assert psnr(weak, photo) < psnr(strong, photo)


def test_the_printed_digit_comes_back_as_another_one():
    # lessons "digits" and "invention": the network scores higher than the median, and has lost the gaps of the 5
    photo = sample_photo("digit")
    noisy = degrade(photo, DEGRADATIONS.get("gaussian_noise")(sigma=102))
    network, median = (restore(noisy, find_restorer(name)).photo for name in ("tutorial-digits-denoise", "median_filter"))
    assert psnr(network, photo) > psnr(median, photo)
    network, median, truth = (picture.mean(axis=2) for picture in (network, median, photo))
    inside = np.ix_(truth.max(axis=1) > 0.5, truth.max(axis=0) > 0.5)
    gaps = truth[inside] < 0.3
    assert gaps.sum() > 20
    assert network[inside][gaps].mean() > median[inside][gaps].mean() + 0.1
