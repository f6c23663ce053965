from urllib.parse import parse_qsl

import pytest

from restorers.ui.inside_handlers import STRONGEST, WEAKEST
from restorers.ui.inside_setup import OWN, InsideSetup, code_query, from_query, place_query

NETWORKS = ("denoise", "tutorial-digits")


def read(text):
    return from_query(parse_qsl(text), NETWORKS)


def test_what_is_written_is_read():
    setup = InsideSetup("denoise", "head", 3, (10, 20), 30, STRONGEST, 15, "cat", OWN)
    query = "&".join(["inside=denoise", place_query(setup), code_query(setup), "walk=cat", "bottleneck=own"])
    assert query == "inside=denoise&layer=head&map=3&place=10.20&silence=30&silenced=strongest&noise=15&walk=cat&bottleneck=own"
    assert read(query) == (setup, [])


def test_what_is_not_chosen_is_not_written():
    assert place_query(InsideSetup()) == "" and code_query(InsideSetup(which=STRONGEST)) == ""
    assert read("photo=cat&with=gaussian_noise,sigma=25&tab=inside") == (InsideSetup(), [])


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("inside=attic", "“attic” cannot be chosen"),
        ("silence=101", "from 0 to 100"),
        ("silence=-1", "from 0 to 100"),
        ("noise=1e9", "from 0 to 200"),
        ("silenced=all", "“all” cannot be chosen"),
        ("map=²", "map must be"),
        ("place=1.2.3", "place must be"),
        ("place=" + "9" * 300, "place must be"),
        ("walk=../../etc/passwd", "cannot be chosen"),
        ("bottleneck=both", "cannot be chosen"),
    ],
)
def test_what_does_not_fit_is_left_out_in_a_sentence(query, said):
    setup, notes = read(query)
    assert setup == InsideSetup(which=WEAKEST)
    assert len(notes) == 1 and said in notes[0].en and notes[0].zh
