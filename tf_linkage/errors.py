"""The errors people meet: few, plain, with what to do next, and never a person's data."""

from __future__ import annotations


class TfLinkageError(Exception):
    """Something the user can mend. The message says what, where, and what to do next."""


class InputRefused(TfLinkageError):
    """An input file does not keep its contract. The message names file, line or column, and rule."""


class FileMissing(InputRefused):
    """No file of a table is there, nor any that could be meant as one."""


class StudyRefused(TfLinkageError):
    """The study's configuration does not make sense."""


class ContractBroken(TfLinkageError):
    """A table is not what its contract declares: code and declaration have parted."""


class LinkageRefused(TfLinkageError):
    """The two tables cannot be linked as asked."""


class NothingToLearn(LinkageRefused):
    """No pair of two tables agrees on anything, so that a model cannot be trained on them."""


class DataFolderBusy(TfLinkageError):
    """Another run is at work in the same data folder."""
