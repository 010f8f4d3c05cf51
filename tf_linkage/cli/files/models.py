"""`--save-model` and `--model`: what one linkage learnt, kept for the next delivery."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from tf_linkage.cli.files.writing import write_bytes
from tf_linkage.cli.wording import say
from tf_linkage.errors import InputRefused

if TYPE_CHECKING:
    from tf_linkage.linkage import LinkResult, Model, SavedModel


def read_model(path: Path) -> SavedModel:
    """Reads a saved model.

    Raises:
        InputRefused: it cannot be read.
        LinkageRefused: it is none, of another version, or was changed.
    """
    from tf_linkage.linkage import model_of_json  # noqa: PLC0415

    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputRefused(f"{path}: there is no such file") from None
    except OSError as error:
        raise InputRefused(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        text = ""
    return model_of_json(text, path.name)


def under_its_settings(model: Model, learnt: SavedModel) -> Model:
    """The model under the settings that a saved one was trained under, which its numbers go with."""
    return replace(model, settings=learnt.settings)


def write_model(path: Path, result: LinkResult, right: pl.LazyFrame) -> None:
    """Writes what a linkage learnt.

    Raises:
        LinkageRefused: its engine has nothing to save.
    """
    from tf_linkage.linkage import model_json, saved_model  # noqa: PLC0415

    write_bytes(path, model_json(saved_model(result, right)).encode())
    say(f"the model is in {path}; it holds no value that fewer than ten bear. --model {path} applies it")
