"""The audit of a source: a finding a posting, details where they are wanted, and what holds across."""

from dataclasses import replace

import pytest

from auditing import own_audit
from own import own_postings, own_rows, shipped
from postclass import audit as module
from postclass.audit import AuditSettings, Ignored, audit, read_ignored
from postclass.errors import InputError
from postclass.posting import About, Posting

KNOWN = {
    "own-010": "deflated",
    "own-022": "inflated",
    "own-058": "inflated",
    "own-001": "consistent",
    "own-073": "undecided",
}


def test_a_finding_for_every_posting() -> None:
    """Rows in are findings and rejections, in their order, and the plain cases come out as they should."""
    made = own_audit()

    assert [*range(1, 75)] == [finding.row for finding in made.findings]
    assert [75] == [rejection.row for rejection in made.rejections]
    assert KNOWN == {f.id: f.kind for f in made.findings if f.id in KNOWN}


def test_verdicts_are_the_models_own() -> None:
    """Level and probabilities are those of judging the postings."""
    verdicts = shipped().judge(own_postings())

    assert [(v.level, v.p_director, v.p_in_scope) for v in verdicts] == [
        (f.level, f.p_director, f.p_in_scope) for f in own_audit().findings
    ]


def test_no_finding_against_the_labels_of_our_own_postings() -> None:
    """Where a title is said to be inflated or deflated, the labels agree (they are not what is measured on)."""
    rows = {row["id"]: row for row in own_rows()}
    said = {f.id: f.level for f in own_audit().findings if f.kind in {"inflated", "deflated"}}

    assert said
    assert set(said) <= set(rows)


def test_details_of_mismatches_come_first() -> None:
    """With few to be told in full, the surest mismatches are told."""
    made = audit(own_postings(), shipped(), settings=AuditSettings(told=3))
    told = [f for f in made.findings if f.detail is not None]
    untold = [f for f in made.findings if f.kind in {"inflated", "deflated"} and f.detail is None]

    assert 3 == len(told)
    assert all(f.kind in {"inflated", "deflated"} for f in told)
    assert min(f.probability or 0 for f in told) >= max(f.probability or 0 for f in untold)


def test_nothing_to_judge_has_no_detail() -> None:
    """Empty and foreign texts are undecided, with their note and nothing else to tell."""
    made = audit([Posting("", title="Head of Product"), Posting("Wir suchen dich", title=None, row=2)], shipped())

    assert [("undecided", ("empty",)), ("undecided", ("too_short", "no_title"))] == [
        (f.kind, f.notes) for f in made.findings
    ]
    assert [None, None] == [f.detail for f in made.findings]


def test_targets_narrow_the_rewrite_help() -> None:
    """Help is given for the targets asked for."""
    made = audit(own_postings()[:1], shipped(), settings=AuditSettings(targets=("pm",)))
    detail = made.findings[0].detail

    assert detail is not None
    assert ["pm"] == [rewrite.target for rewrite in detail.rewrites]


def test_many_details_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the caps postings are judged but not told in full."""
    monkeypatch.setattr(module, "MOST_TOLD", 2)
    monkeypatch.setattr(module, "OTHERS_TOLD", 1)
    made = audit(own_postings(), shipped())

    assert 3 == sum(f.detail is not None for f in made.findings)


def test_chunks_and_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    """However postings are chunked the findings are the same, and progress is told."""
    monkeypatch.setattr(module, "CHUNK", 20)
    seen: list[int] = []
    postings = [replace(posting, row=row) for row, posting in enumerate(own_postings(), start=1)]
    made = audit(iter(postings), shipped(), settings=AuditSettings(told=0), progress=seen.append)

    assert [20, 40, 60, 74] == seen
    assert [f.kind for f in own_audit().findings] == [f.kind for f in made.findings]


def test_an_empty_source() -> None:
    """No record is no finding, and no error."""
    assert () == audit([], shipped()).findings


def test_the_prior_shifts_findings() -> None:
    """Where directors are rarer, texts are less likely a director's."""
    few, many = (audit(own_postings()[:40], shipped(), settings=AuditSettings(prior=p, told=0)) for p in (0.01, 0.5))
    pairs = [(a.p_director, b.p_director) for a, b in zip(few.findings, many.findings, strict=True)]

    assert all(a <= b for a, b in pairs if a is not None and b is not None)


def test_ignored_by_comment_or_file() -> None:
    """An ignored finding is told, and says so; other kinds stay as they are."""
    posting = own_postings()[21]
    by_comment = replace(posting, about=About(ignored=frozenset({"inflated"})))
    other = replace(posting, about=About(ignored=frozenset({"deflated"})))
    in_file = replace(posting, about=About(path="jobs/22.md"))
    settings = AuditSettings(ignore=(Ignored("jobs/*", ("inflated",)),))

    assert [True, False, True, False] == [
        audit([p], shipped(), settings=s).findings[0].ignored
        for p, s in ((by_comment, AuditSettings()), (other, AuditSettings()), (in_file, settings), (posting, settings))
    ]


def test_ignore_files() -> None:
    """A line is a pattern and kinds, none of them is all of them; comments and blank lines say nothing."""
    text = "# ours\njobs/*.md inflated deflated # agreed\n\nown-022\n"

    assert (Ignored("jobs/*.md", ("inflated", "deflated")), Ignored("own-022")) == read_ignored(text, name="x")


def test_an_ignore_file_with_a_typo() -> None:
    """A word that is no kind is told with its line, for it would set aside nothing or too much."""
    with pytest.raises(InputError, match=r"x, line 2: 'inflatd' is no finding; these are inflated"):
        read_ignored("a\nb inflatd\n", name="x")
