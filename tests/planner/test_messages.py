"""Messages repeat what was given, and name what would be right, in a length that can be read."""

from planner.messages import MOST_NAMES, named, shortened


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
