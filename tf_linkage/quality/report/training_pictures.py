"""Pictures of what an engine has learnt: the weight of each comparison level, m and u, and the training curve.

Drawings of `LinkResult.training` and `LinkResult.training_curve`.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from tf_linkage.pages.charts import GREY, PALETTE, Drawing, drawing_of


def weights_picture(training: pl.DataFrame) -> Drawing:
    """The match weight of each level of each comparison, in bits: to the right it speaks for one person.

    Args:
        training: comparison, level, m, u, weight.
    """
    rows = training.select("comparison", "level", "weight").to_dicts()
    comparisons = list(dict.fromkeys(row["comparison"] for row in rows))
    spec: dict[str, Any] = {
        "data": {"values": rows},
        "facet": {"row": {"field": "comparison", "type": "nominal", "title": None, "sort": comparisons,
                          "header": {"labelAngle": 0, "labelAlign": "left", "labelOrient": "top"}}},
        "spec": {
            "width": 520, "height": {"step": 18},
            "mark": {"type": "bar"},
            "encoding": {
                "y": {"field": "level", "type": "nominal", "title": None, "sort": None,
                      "axis": {"labelLimit": 360}},
                "x": {"field": "weight", "type": "quantitative", "title": "match weight, bits"},
                "color": {"condition": {"test": "datum.weight < 0", "value": PALETTE[1]}, "value": PALETTE[0]},
            },
        },
        "resolve": {"scale": {"y": "independent"}},
        "spacing": 12,
    }  # fmt: skip
    return drawing_of(spec, "Match weights", "What each comparison level adds to the evidence, in bits.")


def probabilities_picture(training: pl.DataFrame) -> Drawing:
    """The m and u probability of each level: how often it is seen among records of one person, and of two.

    Args:
        training: comparison, level, m, u, weight.
    """
    rows = [
        {"level": f"{row['comparison']}: {row['level']}", "share": max(row[name], 1e-8), "probability": name}
        for row in training.iter_rows(named=True)
        for name in ("m", "u")
    ]
    spec: dict[str, Any] = {
        "data": {"values": rows},
        "width": 420, "height": {"step": 16},
        "mark": {"type": "point", "filled": True, "size": 55, "opacity": 1},
        "encoding": {
            "y": {"field": "level", "type": "nominal", "title": None, "sort": None,
                  "axis": {"labelLimit": 420, "grid": True}},
            "x": {"field": "share", "type": "quantitative", "title": "probability (logarithmic)",
                  "scale": {"type": "log"}, "axis": {"format": ".0e", "tickCount": 5}},
            "color": {"field": "probability", "type": "nominal", "title": None,
                      "scale": {"domain": ["m", "u"], "range": list(PALETTE[:2])}},
        },
    }  # fmt: skip
    words = "How often each level is seen among records of one person (m) and of different people (u)."
    return drawing_of(spec, "m and u probabilities", words)


def training_picture(curve: pl.DataFrame) -> Drawing:
    """How far the estimates still moved in each round of training.

    Args:
        curve: round, log_likelihood, expected_links, greatest_change.
    """
    spec: dict[str, Any] = {
        "data": {"values": curve.select("round", "greatest_change").to_dicts()},
        "width": 520, "height": 200,
        "mark": {"type": "line", "point": True, "color": GREY},
        "encoding": {
            "x": {"field": "round", "type": "quantitative", "title": "round of training",
                  "axis": {"tickMinStep": 1}},
            "y": {"field": "greatest_change", "type": "quantitative", "title": "greatest change of m or u",
                  "scale": {"type": "log"}, "axis": {"format": ".0e", "tickCount": 5}},
        },
    }  # fmt: skip
    return drawing_of(spec, "Training curve", "Greatest change of any m or u probability in each round.")
