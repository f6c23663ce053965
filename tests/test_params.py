"""A parameter is declared once and checked everywhere."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from restorers.classical import CLASSICAL
from restorers.degradations import DEGRADATIONS
from restorers.models import ARCHITECTURES
from restorers.params import ParameterError, Parameterised, param
from restorers.registry import Registry, UnknownName
from restorers.text import Text

WORDS = {"label": Text("Value", "值"), "help": Text("A value.", "一个值。")}


@dataclass(frozen=True)
class Example(Parameterised):
    name = "example"
    strength: float = param(1.0, low=0, high=2, step=0.1, unit="px", **WORDS)
    count: int = param(3, low=1, high=9, step=1, **WORDS)
    on: bool = param(False, **WORDS)
    way: str = param("fast", choices={"fast": Text("Fast", "快"), "slow": Text("Slow", "慢")}, **WORDS)


def test_text_and_numbers_become_values():
    assert Example.from_settings({"strength": "1.5", "count": "4", "on": "yes", "way": "slow"}).settings() == {
        "strength": 1.5,
        "count": 4,
        "on": True,
        "way": "slow",
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"strength": "2.1"}, "strength must be a number from 0 to 2 px. Received: '2.1'. Default: 1.0."),
        ({"strength": "nan"}, "a number from 0 to 2"),
        ({"strength": "inf"}, "a number from 0 to 2"),
        ({"strength": 10**400}, "a number from 0 to 2"),
        ({"count": -(10**400)}, "a whole number from 1 to 9"),
        ({"strength": None}, "a number from 0 to 2"),
        ({"strength": True}, "a number from 0 to 2"),
        ({"count": 2.5}, "a whole number from 1 to 9"),
        ({"count": "many"}, "a whole number from 1 to 9"),
        ({"on": "perhaps"}, "true or false"),
        ({"way": "other"}, "one of: fast, slow"),
        ({"colour": 1}, "example has no parameter 'colour'. Known: count, on, strength, way."),
        ({"strength": "9" * 500}, "a number from 0 to 2"),
    ],
)
def test_what_does_not_fit_ends_in_one_sentence(settings, words):
    with pytest.raises(ParameterError) as refusal:
        Example.from_settings(settings)
    assert words in str(refusal.value)
    assert len(str(refusal.value)) < 200
    assert refusal.value.sentence.zh != refusal.value.sentence.en


def test_direct_construction_is_checked_too():
    with pytest.raises(ParameterError):
        Example(count=10)
    with pytest.raises(FrozenInstanceError):
        Example().count = 4


@pytest.mark.parametrize("registry", [DEGRADATIONS, CLASSICAL, ARCHITECTURES], ids=["degradations", "classical", "architectures"])
def test_every_plug_in_is_described_in_both_languages(registry):
    for cls in registry:
        for text in (cls.title, cls.help, *(t for p in cls.parameters() for t in (p.label, p.help, *(p.choices or {}).values()))):
            assert text.en and text.zh, (cls.name, text)
        assert cls.__doc__ and len(cls.__doc__) > 60, cls.name
        for p in cls.parameters():
            assert p.check(p.default) == p.default
            if p.low is not None:
                assert p.low <= p.default <= p.high
                assert p.step > 0


def test_unknown_name_lists_the_known():
    with pytest.raises(UnknownName, match="There is no degradation called 'rain'. Known: gaussian_noise, "):
        DEGRADATIONS.get("rain")


def test_a_new_plug_in_is_one_new_file(tmp_path, monkeypatch):
    package = tmp_path / "plugins_of_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "base.py").write_text("from restorers.registry import PlugIn\nclass Base(PlugIn):\n    separator = '-'\n")
    (package / "first_one.py").write_text("from plugins_of_test.base import Base\nclass First(Base):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    from plugins_of_test.base import Base

    registry = Registry("plugins_of_test", Base, Text("thing", "物"))
    assert registry.names() == ["first-one"]
    assert registry.get("first-one").name == "first-one"
