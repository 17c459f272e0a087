import pytest

from dputils.book import Claim, show_claims


def test_a_claim_holds_if_every_run_clears_the_bar():
    assert Claim("x", [2, 3, 100], at_least=2).verdict == "yes"
    assert Claim("x", [1, 2, 3], at_most=3).verdict == "yes"


def test_a_range_that_crosses_the_bar_is_told():
    crossing = Claim("x", [1, 2, 100], at_least=2)
    assert not crossing.holds and not crossing.fails
    assert crossing.verdict == "in 2 of 3 runs"
    assert str(crossing).endswith("bar ≥ 2: holds in 2 of 3 runs")


def test_it_fails_with_its_median():
    for claim in (
        Claim("x", [1, 2, 100], at_least=2.01),
        Claim("x", [1, 2, 100], at_most=1.99),
    ):
        assert claim.fails and not claim.holds and claim.verdict == "no"
    assert Claim("x", [1, 2, 3, 4]).median == 2.5


def test_two_bars_make_an_interval():
    claim = Claim("x", [0.5], at_least=0.4, at_most=0.6)
    assert claim.holds and claim.bar == "≥ 0.4 and ≤ 0.6"
    assert not Claim("x", [0.7], at_least=0.4, at_most=0.6).holds


def test_without_a_bar_a_claim_reports():
    claim = Claim("x", [float("nan")])
    assert claim.holds and claim.bar == "" and "holds" not in str(claim).lower()


def test_nan_clears_no_bar():
    for claim in (
        Claim("x", [float("nan")], at_least=0),
        Claim("x", [float("nan")], at_most=0),
    ):
        assert claim.verdict == "no" and claim.fails and not claim.holds


def test_the_text_tells_median_range_and_verdict():
    assert (
        str(Claim("sharing calms", [0.5, 0.27, 0.56], at_most=0.6))
        == "sharing calms: 0.5 (0.27 … 0.56, 3 runs), bar ≤ 0.6: holds"
    )
    assert (
        str(Claim("it is fast", [1.5], at_most=1.25))
        == "it is fast: 1.5, bar ≤ 1.25: DOES NOT HOLD"
    )


def test_values_may_be_tensors():
    import torch

    assert Claim("x", [torch.tensor(0.25), 1]).values == [0.25, 1.0]


def test_a_claim_needs_values():
    with pytest.raises(ValueError, match="'x' has no values"):
        Claim("x", [])


def test_notebooks_get_a_table(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    show_claims(
        [
            Claim("a", [1, 2, 3], at_least=1),
            Claim("half", [1, 3, 3], at_least=2),
            Claim("b", [1, 2, 3], at_most=1),
            Claim("c", [1]),
        ]
    )
    lines = shown[0].data.splitlines()
    assert lines[0] == "| claim | median (range) | bar | holds |"
    assert lines[2] == "| a | 2 (1 … 3, 3 runs) | ≥ 1 | yes |"
    assert lines[3] == "| half | 3 (1 … 3, 3 runs) | ≥ 2 | in 2 of 3 runs |"
    assert lines[4].endswith("| **no** |") and lines[5] == "| c | 1 | – | – |"
