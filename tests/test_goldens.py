"""The golden verdicts: 200 postings that every installation must judge alike."""

from collections import Counter
from typing import Any

import pytest

import goldens
from goldens import CLOSE, SIZE, WAYS, compare, compose, judged, kept, texts_digest
from postclass.scorer import Way


@pytest.mark.parametrize("way", WAYS)
def test_every_way_gives_the_golden_verdicts(way: Way) -> None:
    """All 200 labels are equal, plainly, with numpy and compiled, and no probability is off by more than 1e-9."""
    rows, worst = compare(kept()["verdicts"], judged(compose(), way))

    assert [] == rows
    assert worst <= CLOSE


def test_the_texts_are_those_that_were_judged() -> None:
    """The recipe makes the same 200 texts, no two alike, in several formats."""
    postings = compose()

    assert SIZE == len({posting["description"] for posting in postings})
    assert kept()["texts"] == texts_digest(postings)
    assert 20 < sum("<li>" in posting["description"] for posting in postings)
    assert 20 < sum("&lt;li&gt;" in posting["description"] for posting in postings)


def test_all_levels_are_among_them() -> None:
    """Every level and the reasons for having none are among the golden verdicts, and most traits."""
    verdicts = kept()["verdicts"]

    assert {"director", "pm", "unclear", "out_of_scope"} == {verdict["level"] for verdict in verdicts}
    assert {"close", "too_short"} <= {note for verdict in verdicts for note in verdict["notes"]}
    assert len(Counter(key for verdict in verdicts for key in verdict["traits"])) >= 20


def test_differences_are_seen() -> None:
    """A label, a trait, a probability that is gone or moved, each is told."""
    verdicts = kept()["verdicts"]
    first = verdicts[0]
    changes: tuple[dict[str, Any], ...] = (
        {"level": "unclear"},
        {"traits": []},
        {"notes": ["close"]},
        {"p_director": None},
    )

    assert ([], 0.0) == compare(verdicts, verdicts)
    assert all([1] == compare([first], [{**first, **change}])[0] for change in changes)
    assert pytest.approx(1e-6) == compare([first], [{**first, "p_director": first["p_director"] + 1e-6}])[1]


def test_the_command_tells_what_is_kept(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """As a command it says how many labels are equal in the way that is asked for, and exits with 0."""
    monkeypatch.setattr("sys.argv", ["goldens.py", "--way", "numpy"])

    with pytest.raises(SystemExit) as ended:
        goldens.main()

    assert 0 == ended.value.code
    assert capsys.readouterr().out.startswith("numpy: labels 200/200, largest difference ")
