"""How mistakes are told."""

from __future__ import annotations

from dialer.config.problems import ConfigError, Problem, did_you_mean, one_of


def test_a_problem_names_file_line_and_setting() -> None:
    assert str(Problem("c.yaml", 3, 9, "pacing.cap", "is missing")) == "c.yaml:3: pacing.cap: is missing"
    assert str(Problem("c.yaml", 3, 9, "", "is not YAML")) == "c.yaml:3: is not YAML"
    assert str(Problem("c.yaml", 0, 0, "", "cannot be read")) == "c.yaml: cannot be read"


def test_an_error_tells_all_problems_in_the_order_of_files_and_lines() -> None:
    problems = [
        Problem("b.yaml", 1, 1, "", "x"),
        Problem("a.yaml", 10, 1, "", "x"),
        Problem("a.yaml", 9, 2, "", "x"),
        Problem("a.yaml", 9, 1, "", "x"),
    ]
    error = ConfigError(problems)
    assert error.problems == tuple(reversed(problems))
    assert str(error) == "a.yaml:9: x\na.yaml:9: x\na.yaml:10: x\nb.yaml:1: x"


def test_only_a_near_word_is_suggested() -> None:
    assert did_you_mean("wrap_uo", ["wrap_up", "lists"]) == ", did you mean 'wrap_up'?"
    assert did_you_mean("zzz", ["wrap_up", "lists"]) == ""


def test_choices_are_listed() -> None:
    assert one_of(["a"]) == "a"
    assert one_of(["a", "b", "c"]) == "a, b or c"
