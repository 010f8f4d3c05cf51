"""How a written value goes wrong: typing errors, dates, numbers, addresses.

One kernel for each kind of damage, on the few values it hits.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tf_linkage.bodies.recording.error_rates import DATE_ERRORS, FIRST_LETTER, TYPO_MIX
from tf_linkage.population.draws import Draws, Ints, odds

_WIDTH = 48
_NEIGHBOURS = {
    "a": "qwszeo", "b": "vghnpd", "c": "xdfvks", "d": "serfct", "e": "wsdria", "f": "drtgvp", "g": "ftyhbj",
    "h": "gyujbn", "i": "ujkoey", "j": "huikng", "k": "jiolmc", "l": "kopiir", "m": "njknnn", "n": "bhjmmm",
    "o": "iklpau", "p": "olbbff", "q": "wakkaa", "r": "edftll", "s": "awdzxc", "t": "rfghyd", "u": "yijoov",
    "v": "cfgbwf", "w": "qasevv", "x": "zsdckk", "y": "tghuie", "z": "asxsxs",
}  # fmt: skip
"""Letters that are typed, heard or read for each letter: keyboard neighbours, then like sounds and shapes."""


@cache
def _replacements() -> NDArray[np.uint32]:
    table = np.zeros((128, 6), dtype=np.uint32)
    for letter, others in _NEIGHBOURS.items():
        table[ord(letter)] = [ord(other) for other in others]
        table[ord(letter.upper())] = [ord(other.upper()) for other in others]
    table[table[:, 0] == 0] = ord("e")
    for digit in range(10):
        table[48 + digit] = [48 + (digit + step) % 10 for step in (1, 9, 3, 7, 2, 5)]
    return table


def misspell(draws: Draws, name: str, ids: NDArray[Any], values: pl.Series) -> pl.Series:
    """Each value with one typing error; a value of one character is replaced by its neighbour."""
    letters = _letters(values)
    length = (letters > 0).sum(axis=1)
    u = draws.unit(f"{name}/place", ids)
    later = 1 + ((u - FIRST_LETTER) / (1 - FIRST_LETTER) * np.maximum(length - 1, 0)).astype(np.int64)
    place = np.where((u < FIRST_LETTER) | (length < 2), 0, np.minimum(later, length - 1))
    kind = draws.pick(f"{name}/kind", ids, odds([share for _, share in TYPO_MIX]))
    kind = np.where(length < 2, 0, kind)
    at = np.arange(_WIDTH)
    source = np.broadcast_to(at, letters.shape).copy()
    source += ((kind == 1)[:, None] & (at >= place[:, None])).astype(np.int64)
    source -= ((kind == 2)[:, None] & (at > place[:, None])).astype(np.int64)
    swap = (kind == 3) & (place + 1 < length)
    source[swap, place[swap]] += 1
    source[swap, place[swap] + 1] -= 1
    out = np.take_along_axis(letters, np.minimum(source, _WIDTH - 1), axis=1)
    rows = np.arange(len(place))
    choice = draws.whole(f"{name}/letter", ids, 6)
    put = (kind == 0) | (kind == 2)
    new = _replacements()[np.minimum(out[rows, place], 127), choice]
    # A new letter takes the case of its place: only the first letter of a name is a capital.
    out[rows[put], place[put]] = np.where(place[put] == 0, _upper(new[put]), new[put])
    # Two equal letters transposed, or one typed for itself, would be no error: the letter is replaced instead.
    same = (out == letters).all(axis=1)
    out[rows[same], place[same]] = _replacements()[np.minimum(letters[rows[same], place[same]], 127), choice[same]]
    return _text(out)


def _upper(codes: NDArray[Any]) -> NDArray[Any]:
    lower = (codes >= ord("a")) & (codes <= ord("z"))
    return np.where(lower, codes - 32, codes)


def _letters(values: pl.Series) -> NDArray[np.uint32]:
    wide = values.to_numpy().astype(f"U{_WIDTH}")
    return wide.view(np.uint32).reshape(len(wide), _WIDTH).copy()


def _text(letters: NDArray[np.uint32]) -> pl.Series:
    wide = np.ascontiguousarray(letters).view(f"U{_WIDTH}").ravel()
    return pl.Series("value", wide.astype(object), dtype=pl.String)


def wrong_dates(  # noqa: PLR0917 (a kernel names each column it needs)
    draws: Draws, name: str, ids: NDArray[Any], days: Ints, kin: Ints, latest: NDArray[Any]
) -> tuple[Ints, Ints]:
    """Dates of birth gone wrong, and how (position in DATE_ERRORS); none is later than `latest`."""
    kind = draws.pick(f"{name}/kind", ids, odds([share for _, share in DATE_ERRORS]))
    date = days.astype("datetime64[D]")
    year = date.astype("datetime64[Y]").astype(np.int64) + 1970
    months = date.astype("datetime64[M]")
    month = months.astype(np.int64) % 12 + 1
    dom = (date - months.astype("datetime64[D]")).astype(np.int64) + 1
    u = draws.unit(f"{name}/how", ids)
    swappable = (dom <= 12) & (dom != month)
    kind = np.where((kind == 1) & ~swappable, 0, kind)
    kind = np.where((kind == 3) & (kin == days), 0, kind)
    kind = np.where((kind == 4) & (dom == 1) & (month == 1), 0, kind)
    step = 1 + (u * 8).astype(np.int64)
    digit_day = np.where(u < 0.75, (dom - 1 + step * np.where(u < 0.4, 1, 10)) % 28 + 1, np.minimum(dom, 28))
    digit_day = np.where((u < 0.75) & (digit_day == dom), dom % 28 + 1, digit_day)
    digit_month = np.where(u >= 0.75, (month - 1 + 1 + (u * 40).astype(np.int64) % 9) % 12 + 1, month)
    new_month = np.select([kind == 0, kind == 1, kind == 4], [digit_month, dom, 1], month)
    new_day = np.select([kind == 0, kind == 1, kind == 4], [digit_day, month, 1], np.minimum(dom, 28))
    sign = np.where(draws.below(f"{name}/sign", ids, 0.5), 1, -1)
    new_year = year + np.select([kind == 2, kind == 5], [sign, 10 * sign], 0)
    out = np.where(kind == 3, kin, _day(new_year, new_month, new_day))
    out = np.where(out > latest, _day(year - np.where(kind == 5, 10, 1), month, np.minimum(dom, 28)), out)
    return out, kind


def _day(year: Ints, month: Ints, dom: Ints) -> Ints:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64) + dom - 1


def restyle(values: pl.Series, choice: NDArray[Any]) -> pl.Series:
    """The same address written another way."""
    frame = pl.DataFrame({"value": values, "choice": choice})
    short = pl.col("value").str.replace_many(
        [
            " Road",
            " Street",
            " Avenue",
            " Close",
            " Lane",
            " Drive",
            " Court",
            " Gardens",
            " Crescent",
            " Terrace",
            " Square",
        ],
        [" Rd", " St", " Ave", " Cl", " La", " Dr", " Ct", " Gdns", " Cres", " Terr", " Sq"],
    )
    flat = pl.col("value").str.replace("^Flat ", "Apartment ")
    comma = pl.col("value").str.replace(", ", " ")
    return frame.select(
        pl.when(pl.col("choice") == 0).then(short)
        .when(pl.col("choice") == 1).then(flat.str.to_uppercase())
        .when(pl.col("choice") == 2).then(comma)
        .otherwise(short.str.replace("^Flat ", "Fl ")).alias("value")
    ).to_series()  # fmt: skip
