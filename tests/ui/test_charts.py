"""Line charts: values stand where they belong."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from restorers.text import Text
from restorers.ui import charts


def drawn(lines, **options):
    return ET.fromstring(charts.chart(lines, Text("x", "横"), Text("y", "纵"), **options))


def test_a_chart_puts_values_where_they_belong():
    svg = drawn([charts.Line([(0, 0), (50, 5), (100, 10)], "training")])
    points = [tuple(map(float, p.split(","))) for p in svg.find("polyline").get("points").split()]
    assert points[0] == (charts.LEFT, charts.HEIGHT - charts.BOTTOM)
    assert points[2][0] == charts.WIDTH - charts.RIGHT
    assert points[1][0] == pytest.approx((points[0][0] + points[2][0]) / 2, abs=0.1)
    assert points[1][1] == pytest.approx((points[0][1] + points[2][1]) / 2, abs=0.1)
    ticks = {t.text for t in svg.findall("text") if t.get("class") == "tick"}
    assert {"0", "20", "100", "2", "10"} <= ticks


def test_a_logarithmic_chart_spaces_ratios_evenly():
    svg = drawn([charts.Line([(1, 1.0), (2, 0.1), (3, 0.01)], "training")], log=True)
    y = [float(p.split(",")[1]) for p in svg.find("polyline").get("points").split()]
    assert y[1] - y[0] == pytest.approx(y[2] - y[1], abs=0.2)


@pytest.mark.parametrize("points", [[(1, 0.5)], [(1, 0.5), (2, 0.5)], [(0, -3.0), (9, 4.0)], [(1, 0.0), (2, 0.0)]])
@pytest.mark.parametrize("options", [{}, {"log": True}, {"zero": True}, {"marked": (5.0, 5.0), "origin": False}])
def test_odd_curves_can_be_drawn(points, options):
    svg = drawn([charts.Line(points, "validation", None, True)], **options)
    numbers = [float(n) for n in re.findall(r"-?\d+\.\d", ET.tostring(svg, encoding="unicode"))]
    assert all(-50 < n < 500 for n in numbers)


@pytest.mark.parametrize(("low", "high"), [(0, 1), (0, 7), (3, 12_345), (-4, 9), (0.001, 0.002), (5, 5.5)])
def test_ticks_are_round_and_within(low, high):
    found = charts.ticks(low, high)
    assert 2 <= len(found) <= 11 and min(found) >= low - 1e-9 and max(found) <= high + 1e-9
    assert np.ptp(np.diff(found)) < 1e-9 * max(1, high)


def test_nothing_to_draw():
    assert charts.chart([], Text("x", "x"), Text("y", "y")) == ""


def test_what_lies_below_the_lowest_is_cut_at_the_border():
    svg = drawn([charts.Line([(0, 10), (1, -30), (2, 10)], "a"), charts.Line([(0, -40), (2, -50)], "b")], lowest=-10, zero=True)
    first = svg.findall("polyline")
    assert len(first) == 1  # the other one is nowhere above
    points = [tuple(map(float, p.split(","))) for p in first[0].get("points").split()]
    bottom = charts.HEIGHT - charts.BOTTOM
    assert [y for _, y in points] == [charts.TOP, bottom, bottom, charts.TOP]
    middle = (charts.LEFT + charts.WIDTH - charts.RIGHT) / 2
    assert middle - points[1][0] == pytest.approx(points[2][0] - middle, abs=0.2)
    assert (points[1][0] - charts.LEFT) / (middle - charts.LEFT) == pytest.approx(0.5, abs=0.01)


def test_the_size_is_the_one_asked_for():
    svg = drawn([charts.Line([(0, 0), (1, 1)], "a")], size=(500, 300))
    assert svg.get("viewBox") == "0 0 500 300"
    assert svg.find("polyline").get("points").split()[-1].startswith(f"{500 - charts.RIGHT:.1f},")
