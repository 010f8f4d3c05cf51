"""Settings whose faults are all told at once: those of single fields, and those that two of them make together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from pydantic import BaseModel, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

Fault = tuple[set[str], str]
"""Fields that do not go together, and what they break."""


class Together(BaseModel):
    """Settings with rules between fields. A rule is left out where a field of it is wrong by itself.

    So nobody mends one fault and is told of the next by another attempt.
    """

    def between(self) -> Iterator[Fault]:
        """What fields, each right by itself, break together."""
        yield from ()

    @model_validator(mode="wrap")
    @classmethod
    def _all_faults(cls, given: Any, read: ModelWrapValidatorHandler[Self]) -> Self:
        try:
            settings = read(given)
        except ValidationError as refusal:
            single = [_again(error) for error in refusal.errors(include_url=False)]
        else:
            single = []
        wrong = {str(error["loc"][0]) for error in single if error.get("loc")}
        if single:
            if not isinstance(given, dict) or not wrong:
                raise _refused(cls, single)
            try:  # what is wrong stands aside, and its default in its place
                settings = read({name: value for name, value in given.items() if name not in wrong})
            except ValidationError:
                raise _refused(cls, single) from None
        faults = [said for fields, said in settings.between() if not fields & wrong]
        if single or faults:
            raise _refused(cls, single + [_between(said) for said in faults])
        return settings


def _refused(model: type[BaseModel], errors: list[InitErrorDetails]) -> ValidationError:
    return ValidationError.from_exception_data(model.__name__, errors)


def _between(said: str) -> InitErrorDetails:
    return InitErrorDetails(type=PydanticCustomError("between", "{said}", {"said": said}), loc=(), input=None)


def _again(error: Any) -> InitErrorDetails:
    """A fault as it was found, to be told with others; of what was given nothing is kept."""
    kind = PydanticCustomError("single", "{said}", {"said": error["msg"].removeprefix("Value error, ")})
    return InitErrorDetails(type=kind, loc=error["loc"], input=None)
