"""Messages repeat what was given, and name what would be right, in a length that can be read."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from planner.messages import MOST_NAMES, fault_of, named, shortened


def test_of_many_names_those_most_like_what_was_given_come_first():
    names = sorted(f"{game}{stage}" for game in ("acrobot", "breakout", "cartpole", "catch") for stage in ("", "-early", "-middle"))
    said = named(names, "cartpol")
    assert said.startswith("cartpole, ") and said.endswith(f" and {len(names) - MOST_NAMES} others")
    assert named(names, "zzz").startswith("acrobot, acrobot-early, ")
    assert named(names, object()).count(",") == MOST_NAMES - 1


def test_a_few_names_are_all_said():
    assert named(["b", "a"], "a") == "b, a"
    assert named([], "a") == "none"


def test_a_long_value_is_cut():
    assert shortened("x" * 30) == repr("x" * 30)
    assert len(shortened("x" * 1000)) == 100


class Some(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)

    text: str = Field("a", min_length=1, max_length=2)
    number: float = Field(1.0, gt=0, le=9)
    whole: int = 1
    flag: bool = True
    choice: Literal["a", "b"] = "a"
    many: list[int] = Field([1], min_length=1, max_length=2)
    named: dict[str, int] = {}
    needed: int

    @field_validator("whole")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError(f"an odd number, got {value}")
        return value


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"text": 3}, "text: got 3, allowed: a text"),
        ({"text": ""}, "text: got '', allowed: a text of at least 1 characters"),
        ({"text": "abc"}, "text: got 'abc', allowed: a text of at most 2 characters"),
        ({"number": 0}, "number: got 0, allowed: a number > 0.0"),
        ({"number": 10}, "number: got 10, allowed: a number <= 9.0"),
        ({"number": float("nan")}, "number: got nan, allowed: a finite number"),
        ({"whole": 1.5}, "whole: got 1.5, allowed: a whole number"),
        ({"whole": 2}, "whole: an odd number, got 2"),
        ({"flag": 1}, "flag: got 1, allowed: true, false"),
        ({"choice": "c"}, "choice: got 'c', allowed: 'a' or 'b'"),
        ({"many": []}, "many: got [], allowed: at least 1 of them"),
        ({"many": 3}, "many: got 3, allowed: a list"),
        ({"named": [1]}, "named: got [1], allowed: an object"),
        ({"other": 1}, "other: got 1, allowed: nothing: there is no such field"),
    ],
)
def test_an_error_of_the_library_is_said_in_our_words(given, says):
    with pytest.raises(ValidationError) as caught:
        Some.model_validate({"needed": 1, **given})
    (error,) = caught.value.errors()
    assert fault_of(error, ".".join(error["loc"])) == says


def test_what_is_missing_was_not_given():
    with pytest.raises(ValidationError) as caught:
        Some.model_validate({})
    assert fault_of(caught.value.errors()[0], "needed") == "needed: got nothing, allowed: a value, which is needed"
