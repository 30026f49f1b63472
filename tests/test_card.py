"""The card and its plots say what the figures say, the same bytes each time."""

import json
from pathlib import Path
from typing import Any

import pytest

from postclass.card import write_card
from postclass.errors import PostclassError
from postclass.plots import write_plots

HALF = [0.5, 0.25, 0.75]
NOTHING = [None, None, None]
LOSSES = dict.fromkeys(("comprehensiveness", "sufficiency", "random_comprehensiveness", "random_sufficiency"), HALF)
ACCURACY = {
    "postings": 20,
    "directors": 5,
    "macro_f1": [0.9, 0.8, 0.95],
    "auc": HALF,
    "average_precision": HALF,
    "macro_f1_by_seed": [0.88, 0.92],
}
TRAIT = {"gold": 7, "f1": HALF, "precision": HALF, "recall": HALF, "evidence_right": HALF}


@pytest.fixture
def figures() -> dict[str, Any]:
    """Figures of a small evaluation."""
    return {
        "seeds": 2,
        "draws": 1000,
        "data": {
            "gold": {"director": 5, "neither": 1, "pm": 15},
            "employers": 12,
            "sources": 3,
            "labelled": {"director": 2, "pm": 3},
            "by_title": {"director": 4, "pm": 6, "other": 3000},
            "evidence_lines": 1234,
            "evidence_lost": 2,
        },
        "accuracy": {"all": ACCURACY, "clear": {**ACCURACY, "macro_f1": [0.93, 0.9, 0.95]}},
        "calibration": {"brier": HALF, "error": [0.03, 0.02, 0.05], "error_at": {"5%": HALF}},
        "coverage_at": {"95%": HALF},
        "verdicts": dict.fromkeys(
            ("director_precision", "pm_precision", "coverage", "directors_called", "pms_called", "unclear"), HALF
        ),
        "scope": {
            "product_out_of_scope": HALF,
            "others_postings": 3000,
            "others_not_levelled": HALF,
            "neither_postings": 0,
        },
        "traits": {"all": TRAIT, "by_trait": {"delivery": TRAIT, "portfolio_scope": {**TRAIT, "f1": NOTHING}}},
        "faithfulness": {"all": LOSSES},
        "sources": [
            {
                "source": "one",
                "postings": 20,
                "employers": 3,
                "directors": 0,
                "right": HALF,
                "directors_right": NOTHING,
                "auc": NOTHING,
            }
        ],
        "worst_employers": [{"employer": "big", "errors": 2.0, "postings": 4}],
        "titles": {
            "lead": {
                "gold": {"director": 1, "pm": 2},
                "verdict": {"director": 0.5, "pm": 2.0, "unclear": 0.5, "out_of_scope": 0.0},
            }
        },
        "peers": {
            "majority": {
                "macro_f1": {"figure": HALF, "lead": [0.4, 0.3, 0.5], "outcome": "ahead"},
                "auc": {"figure": HALF, "lead": [0.0, -0.1, 0.1], "outcome": "tie"},
                "average_precision": {"figure": HALF, "lead": HALF, "outcome": "ahead"},
            }
        },
        "absent": ["NB-SVM (it is not installed)"],
        "curves": {"reliability": [[0.1, 0.2, 0.9], [0.9, 0.8, 0.1]], "risk": [[0.5, 0.0], [1.0, 0.1]]},
    }


def test_card_says_the_figures(figures: dict[str, Any], tmp_path: Path) -> None:
    """Values with their intervals, dashes for what is not defined, aims with whether they were reached."""
    write_card(figures, tmp_path)
    card = (tmp_path / "CARD.md").read_text(encoding="utf-8")

    assert "| all | 20 | 5 | 0.900 (0.800 to 0.950) | 0.500 (0.250 to 0.750) |" in card
    assert "| macro-F1, all | ≥ 0.88 | 0.900 (0.800 to 0.950) | yes |" in card
    assert "| macro-F1, clear | ≥ 0.94 | 0.930 (0.900 to 0.950) | **no** |" in card
    assert "| expected calibration error | ≤ 0.04 | 0.030 (0.020 to 0.050) | yes |" in card
    assert "| one | 20 | 3 | 0 | 50.0% (25.0% to 75.0%) | – | – |" in card
    assert "| majority | ahead: +0.400 (+0.300 to +0.500) | tie: +0.000 (-0.100 to +0.100) |" in card
    assert "| lead | 1 | 2 | 0.5 | 2 | 0.5 | 0 |" in card
    assert "dealt 2 times" in card
    assert "from 0.880 to 0.920" in card
    assert "Not measured: NB-SVM (it is not installed)." in card
    assert "gold postings read as neither" not in card


def test_card_without_peers(figures: dict[str, Any], tmp_path: Path) -> None:
    """Where no other method was measured, nothing is said of any."""
    write_card({**figures, "peers": {}, "absent": []}, tmp_path)

    assert "Other methods" not in (tmp_path / "CARD.md").read_text(encoding="utf-8")


def test_plots_are_the_same_bytes(figures: dict[str, Any], tmp_path: Path) -> None:
    """No date, no random ids: a second run changes no file."""
    pytest.importorskip("matplotlib")
    for name in ("a", "b"):
        write_plots(figures, tmp_path / name)
    names = sorted(path.name for path in (tmp_path / "a").iterdir())

    assert ["figures.json", "peers.svg", "reliability.svg", "risk.svg", "traits.svg"] == names
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in names)
    assert ">portfolio_scope</text>" in (tmp_path / "a" / "traits.svg").read_text(encoding="utf-8")
    assert ">majority</text>" in (tmp_path / "a" / "peers.svg").read_text(encoding="utf-8")
    assert figures == json.loads((tmp_path / "a" / "figures.json").read_text(encoding="utf-8"))


def test_plots_need_matplotlib(figures: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it one line says what to install, and the figures are not lost."""
    monkeypatch.setitem(__import__("sys").modules, "matplotlib", None)
    with pytest.raises(PostclassError, match=r"postclass\[evaluate\]"):
        write_plots(figures, tmp_path)

    assert (tmp_path / "figures.json").exists()
