"""The report of an audit as a page: what it holds, how large it may be, and that nothing in it acts."""

import base64
import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser

from auditing import finding, own_audit
from payloads import PAYLOADS
from postclass.finding import Audit, Detail, Example, Proof
from postclass.report import auditpage
from postclass.report.auditpage import Places, page_record, render_audit, script_json
from postclass.traits import load_traits


def parsed(html: str) -> LexborHTMLParser:
    """The page as a browser takes it apart."""
    return LexborHTMLParser(html)


def held(html: str) -> dict[str, Any]:
    """The data that the page's script reads."""
    data = parsed(html).css_first("#data")
    assert data is not None
    record: dict[str, Any] = json.loads(data.text())
    return record


def test_a_page_holds_the_audit() -> None:
    """All postings with their findings and texts, what could not be read, and the words of the summary."""
    made = own_audit()
    record = held(render_audit(made, load_traits()))

    assert [f.row for f in made.findings] == [posting["row"] for posting in record["postings"]]
    assert [f.kind for f in made.findings] == [posting["finding"] for posting in record["postings"]]
    assert "5 titles above the text" in record["summary"]["says"][1]
    assert "the description holds bytes that are not text" == record["rejections"][0]["reason"]


def test_spans_are_those_of_the_text() -> None:
    """A proof's span is its quote, counted as JavaScript counts."""
    for shown, given in zip(page_record(own_audit(), load_traits())["postings"], own_audit().findings, strict=True):
        if given.detail is not None:
            text = shown["detail"]["text"].encode("utf-16-le")
            spans = [text[2 * start : 2 * end].decode("utf-16-le") for _, start, end, _ in shown["detail"]["proofs"]]
            assert [proof.quote for proof in given.detail.proofs] == spans


def test_characters_beyond_the_basic_plane_count_twice() -> None:
    """After an emoji a place in Python and one in JavaScript differ by one."""
    places = Places("a😀b😀c")

    assert [0, 1, 3, 4, 6, 7] == [places[at] for at in range(6)]


def test_the_parts_of_a_verdict_add_up() -> None:
    """Proofs, what is not shown, the wording and the start make the log-odds of the verdict."""
    record = page_record(own_audit(), load_traits())["postings"][0]
    detail = record["detail"]
    total = sum(share for *_, share in detail["proofs"]) + detail["wording"] + detail["bias"] + detail["absent"]

    assert pytest.approx(record["p_director"], abs=1e-3) == 1 / (1 + 2.718281828**-total)


def test_the_policy_allows_this_script_and_this_style_sheet_alone() -> None:
    """Both stand in the policy by their hashes; nothing else may load, and there is no inline handler or style."""
    html = render_audit(own_audit(), load_traits())
    tree = parsed(html)
    policy = next(m.attributes["content"] or "" for m in tree.css("meta") if "http-equiv" in m.attributes)
    scripts = [s for s in tree.css("script") if s.attributes.get("type") != "application/json"]
    hashes = [
        base64.b64encode(hashlib.sha256(node.text(deep=True).encode()).digest()).decode()
        for node in [*tree.css("style"), *scripts]
    ]

    assert 2 == len(hashes)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )
    assert not [n for n in tree.css("*") if any(name == "style" or name.startswith("on") for name in n.attributes)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_payload_stays_text(payload: str) -> None:
    """In a title, a company, an id, a department and inside a highlight: no element comes of it."""
    detail = Detail(
        payload, (Proof("vision_strategy", payload, 0, len(payload), 0.9, 1.0),), (), 0.1, -1.0, None, (), ()
    )
    one = finding(title=payload, company=payload, id=payload, department=payload, detail=detail)
    made = Audit(source=payload, findings=(one,), rejections=(), hints=(payload,))
    plain = render_audit(replace(made, source="x", findings=(finding(),), hints=()), load_traits())
    html = render_audit(made, load_traits())

    assert [n.tag for n in parsed(plain).css("*")] == [n.tag for n in parsed(html).css("*")]
    assert payload == held(html)["postings"][0]["title"]


def test_odd_characters_travel() -> None:
    """Half a surrogate pair, line separators and what would end a script element come out as they went in."""
    odd = "\ud800 \u2028 </script><!-- & \x00"

    assert odd == json.loads(script_json([odd]))[0]
    assert not set("<>&\u2028") & set(script_json([odd]))
    assert "\\ud800" in render_audit(Audit("x", (finding(title="\ud800"),), ()), load_traits()).encode(
        "utf-8", "backslashreplace"
    ).decode("utf-8")


def test_a_page_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are told while there is room, mismatches first; a posting says that its text is left out."""
    detail = Detail("A line of some text.\n" * 20, (), (), 0.0, -1.0, None, (), ())
    findings = [finding(1, kind="consistent", detail=detail), finding(2, detail=detail), finding(3, detail=detail)]
    monkeypatch.setattr(auditpage, "MAX_TOLD", 1000)
    shown = page_record(Audit("x", tuple(findings), ()), load_traits())["postings"]

    assert [False, True, False] == ["detail" in posting for posting in shown]
    assert "left out" in shown[0]["untold"]


def test_a_text_too_long_for_a_page_is_left_out() -> None:
    """Forty thousand characters are no reading for a page."""
    detail = Detail("word " * 10_000, (), (), 0.0, -1.0, None, (), ())
    shown = page_record(Audit("x", (finding(detail=detail),), ()), load_traits())["postings"]

    assert "too long" in shown[0]["untold"]


def test_examples_stand_once() -> None:
    """Two postings with the same nearest example name it; it is told once."""
    example = Example("own-001", "Head", "Firm", "director", 0.5, (("vision_strategy", "Sets it."),))
    detail = Detail("Text", (), (), 0.0, -1.0, None, (), (example,))
    record = page_record(Audit("x", (finding(1, detail=detail), finding(2, detail=detail)), ()), load_traits())

    assert ["own-001"] == list(record["examples"])
    assert [["own-001", 0.5]] == record["postings"][1]["detail"]["examples"]


def test_long_names_are_cut() -> None:
    """A title of a thousand characters does not fill the page."""
    record = page_record(Audit("x", (finding(title="T" * 1000),), ()), load_traits())

    assert auditpage.MAX_NAME + 1 == len(record["postings"][0]["title"])
