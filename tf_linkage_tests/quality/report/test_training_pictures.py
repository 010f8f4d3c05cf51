"""Pictures of training: one bar a level, one point for each of m and u, and words for those who cannot see."""

import polars as pl

from tf_linkage.quality.report.training_pictures import probabilities_picture, training_picture, weights_picture

TRAINING = pl.DataFrame(
    {
        "comparison": ["surname", "surname", "gender"],
        "level": ["equal", "different", "different"],
        "m": [0.9, 0.1, 0.03],
        "u": [0.001, 0.999, 0.5],
        "weight": [9.8, -3.3, -4.1],
    }
)


def test_every_level_has_its_bar_and_is_named() -> None:
    svg = weights_picture(TRAINING).wide
    assert svg.count('aria-roledescription="bar"') == TRAINING.height
    assert "surname" in svg
    assert "<title>Match weights</title>" in svg


def test_every_level_has_its_m_and_its_u() -> None:
    assert probabilities_picture(TRAINING).wide.count('aria-roledescription="point"') == 2 * TRAINING.height


def test_the_curve_has_a_point_for_each_round() -> None:
    curve = pl.DataFrame({"round": [1, 2, 3], "greatest_change": [0.1, 0.01, 0.001]})
    assert training_picture(curve).wide.count('aria-roledescription="point"') == 3
