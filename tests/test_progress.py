"""Progress bars: words and a share while they run, nothing when they are done."""

import pytest

from dputils.progress import PageBar, progress

pytest.importorskip("IPython", reason="IPython is not installed")


@pytest.fixture
def shown(monkeypatch):
    """What a notebook's output was given, one state after the other."""
    states = []

    class Handle:
        def update(self, data, raw):
            states.append(data)

    def display(data, raw, display_id):
        states.append(data)
        return Handle()

    monkeypatch.setattr("IPython.display.display", display)
    return states


def test_a_bar_on_a_page_says_how_far_it_is_and_leaves_nothing(shown):
    named = dict(desc="climbs & <falls>", mininterval=0, disable=False)
    with PageBar(total=4, **named) as bar:
        for _ in range(4):
            bar.update()
        bar.set_postfix_str("loss 3")
    assert shown[0]["text/plain"].startswith("climbs & <falls> 0 of 4")
    assert 'max="4" value="3"' in shown[3]["text/html"]
    assert "climbs &amp; &lt;falls&gt; 3 of 4" in shown[3]["text/html"]
    assert "loss 3" in shown[-2]["text/plain"]
    assert shown[-1] == {}


def test_a_bar_that_nobody_saw_shows_nothing(shown):
    with PageBar(total=4, delay=100, disable=False) as bar:
        bar.update()
    assert shown == []


def test_a_bar_is_taken_away_when_its_loop_fails(shown):
    made = PageBar(range(3), mininterval=0, disable=False)
    with pytest.raises(KeyboardInterrupt), made as bar:
        for _ in bar:
            raise KeyboardInterrupt
    assert len(shown) > 1 and shown[-1] == {}


def test_in_a_terminal_it_is_text(capsys):
    assert list(progress(range(3), "counting", disable=False)) == [0, 1, 2]
    written = capsys.readouterr().err
    assert "counting" in written and written.endswith("\r")
