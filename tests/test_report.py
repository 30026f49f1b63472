"""What people read of a verdict: the terminal's text, JSON and the HTML page."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from postclass.report import render_html, render_json, render_text
from postclass.report.words import balance, listed, note_words, percent, signs, visible, why
from postclass.traits import Trait, load_traits
from postclass.verdict import Evidence, Explanation, Flip, Reason, Term, Verdict, to_record

if TYPE_CHECKING:
    from standins import Make

Traits = tuple[Trait, ...]
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def plain(verdict: Verdict, traits: Traits, *, width: int = 90) -> str:
    """The terminal's view without colours."""
    return render_text(verdict, traits=traits, color=False, width=width)


# --- The terminal's text --------------------------------------------------------------------------------------------


def test_text_shows_level_certainty_reasons_and_quotes(make_verdict: "Make", traits: Traits) -> None:
    """At a glance: the level in words, how sure, why, and the line behind each sign."""
    text = plain(make_verdict(), traits)

    for part in (
        "Product Owner · Orchard Freight (the title does not count)",
        "DIRECTOR-LEVEL WORK  88 % sure",
        "Mainly for leading product managers, a portfolio of products, and budget and investment decisions.",
        "What speaks for PM-level work weighs less: data and experiments.",
        "▪▪▪▪▪ Leading product managers         “Lead and coach seven product managers",
        "the same line",
        "▪···· Data and experiments",
        "The wording                      product managers, headcount",
        "also: long leadership record",
        "Not found (PM-level): day-to-day ownership, backlog and priorities",
        "Without these 2 lines it would read as PM-level (59 %):",
        "log-odds of director +1.98 = start -1.05, director traits +2.73, PM traits -0.10, wording +0.40",
    ):
        assert " ".join(part.split()) in " ".join(text.split())


GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize(("width", "name"), [(90, "verdict-wide.txt"), (50, "verdict-narrow.txt")])
def test_the_whole_text(make_verdict: "Make", traits: Traits, width: int, name: str) -> None:
    """A director's verdict, to the last space; quotes stand beside their labels where there is room."""
    assert (GOLDEN / name).read_text("utf-8") == plain(make_verdict(), traits, width=width)


def test_the_whole_page(make_verdict: "Make", traits: Traits) -> None:
    """The body of a director's page, to the last tag."""
    page = render_html(make_verdict(), traits=traits)

    assert (GOLDEN / "verdict.html").read_text("utf-8") == page.partition("<body>")[2]


def test_text_stands_on_the_verdicts_side_first(make_verdict: "Make", traits: Traits) -> None:
    """A PM-level verdict shows the PM's signs first, and its scale to the left."""
    text = plain(make_verdict(level="pm", p_director=0.1), traits)

    assert "PM-LEVEL WORK  90 % sure" in text
    assert "PM ────●━━━━━━━━━━━━━━━┼────────────────────" in text
    assert text.index("Signs of PM-level work") < text.index("Signs of director-level work")


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        (
            {"level": "unclear", "p_director": 0.53, "notes": ("close",)},
            ["TOO CLOSE TO CALL  leans director-level, 53 %", "For director-level work: "],
        ),
        (
            {"level": "out_of_scope", "p_in_scope": 0.04},
            ["NOT A PRODUCT-MANAGEMENT ROLE  96 % sure", "If it is such a role after all, it is director-level (88 %)"],
        ),
        ({"level": "out_of_scope", "p_in_scope": None}, ["NOT A PRODUCT-MANAGEMENT ROLE PM "]),
        (
            {"level": "unclear", "p_director": None, "notes": ("too_short",), "explanation": None},
            ["CAN'T BE JUDGED\n\n  There is too little text about the work to judge."],
        ),
        ({"notes": ("truncated",)}, ["The text was longer than 1 MiB; only its start was read."]),
        ({"notes": ("new_code",)}, ["New_code."]),
        ({"title": None, "company": None}, ["  DIRECTOR-LEVEL WORK"]),
        ({"why": {"flip": Flip("pm", ("one line",), (), 0.4)}}, ["Without this line it would read", "“one line”"]),
        (
            {"why": {"flip": Flip("pm", (), ("delivery", "roadmap_upkeep"), 0.3)}},
            ["If it also showed keeping the roadmap and delivery on time, it would read as PM-level (70 %)."],
        ),
        ({"why": {"flip": None, "missing": ()}}, ["also: long leadership record"]),
    ],
)
def test_text_says_each_case_in_words(
    make_verdict: "Make", traits: Traits, changes: dict[str, object], parts: list[str]
) -> None:
    """Close calls, other roles, unusable texts, notes and flips are said in plain words."""
    text = plain(make_verdict(**changes), traits, width=100)

    for part in parts:
        assert " ".join(part.split()) in " ".join(text.split())


def test_text_without_signs_names_what_is_lacking(make_verdict: "Make", traits: Traits) -> None:
    """A PM-level verdict for want of director signs says which, and that nothing speaks for a director."""
    reasons = (Reason("trait", "portfolio_scope", -2.0), Reason("bias", "bias", -1.0))
    changes = {"level": "pm", "p_director": 0.05, "top_terms": ()}
    lacking = {"reasons": reasons, "evidence": (), "missing": ("portfolio_scope",), "flip": None}

    text = plain(make_verdict(**changes, why=lacking), traits)

    assert "Mainly for what it lacks: a portfolio of products." in " ".join(text.split())
    assert "Nothing of weight in the text speaks for director-level work." in " ".join(text.split())
    assert "Signs of" not in text


@pytest.mark.parametrize(
    ("p_director", "shares", "sentences"),
    [
        (
            0.1,
            {"bias": -3.8, "decision_authority": 0.5, "delivery": -0.3, "wording": -0.4},
            [
                "Most postings are PM-level, and this one says too little of director-level work.",
                "Also for the wording and delivery on time.",
                "What speaks for director-level work weighs less: a hint of budget and investment decisions.",
            ],
        ),
        (
            0.1,
            {"bias": -1.0, "leads_product_managers": -2.0, "portfolio_scope": -0.3, "delivery": 0.1},
            [
                "Mainly for what it lacks: leading product managers and a portfolio of products.",
                "Nothing of weight in the text speaks for director-level work.",
            ],
        ),
        (
            0.1,
            {"bias": -3.0, "leads_product_managers": -2.0, "delivery": 1.0},
            [
                "Most postings are PM-level, and this one says too little of director-level work.",
                "It lacks leading product managers.",
                "What speaks for director-level work weighs less: little on delivery on time.",
            ],
        ),
        (
            0.9,
            {"bias": -3.0, "wording": 4.0, "vision_strategy": 2.0, "user_and_market_research": 0.01},
            [
                "Mainly for the wording, and vision and strategy.",
                "Nothing of weight in the text speaks for PM-level work.",
            ],
        ),
    ],
)
def test_the_sentence_goes_by_the_shares(
    make_verdict: "Make", traits: Traits, p_director: float, shares: dict[str, float], sentences: list[str]
) -> None:
    """What weighs most comes first, be it where postings start; what a text hints at or lacks counts as well."""
    kinds = {"bias": "bias", "wording": "wording"}
    reasons = tuple(Reason(kinds.get(key, "trait"), key, share) for key, share in shares.items())  # type: ignore[arg-type]
    evidence = tuple(Evidence(key, "x", 0, 1, 0.9) for key in ("delivery", "vision_strategy"))
    level = "pm" if p_director < 0.5 else "director"

    changes = {"level": level, "p_director": p_director, "why": {"reasons": reasons, "evidence": evidence}}

    assert " ".join(sentences) == why(make_verdict(**changes), traits)


def test_text_of_a_weak_close_call_says_so(make_verdict: "Make", traits: Traits) -> None:
    """Where one side has no sign, a close call is for lack of substance."""
    weak = {"reasons": (), "evidence": (), "missing": (), "flip": None}

    text = plain(make_verdict(level="unclear", p_director=0.5, notes=("close",), why=weak), traits)

    assert "too weak to call it" in text
    assert "log-odds of director +0.00" in text


def test_text_of_signs_that_weigh_nothing_lists_their_names(make_verdict: "Make", traits: Traits) -> None:
    """Traits that were found but tip nothing are named without a bar."""
    text = plain(make_verdict(why={"reasons": (Reason("bias", "bias", 2.0),)}), traits)

    assert "of little weight: a portfolio of products" not in text
    assert "of little weight: leading product managers, a portfolio of products" in text


def test_text_of_a_long_quote_is_cut(make_verdict: "Make", traits: Traits) -> None:
    """A quote takes two lines at most, also when it has no space to cut at."""
    for quote in ("word " * 80, "x" * 400):
        shown = (Evidence("leads_product_managers", quote.strip(), 0, len(quote.strip()), 0.9),)

        text = plain(make_verdict(why={"text": quote, "evidence": shown, "flip": None}), traits)

        assert 1 == text.count(" …")


def test_text_is_stacked_on_a_narrow_terminal(make_verdict: "Make", traits: Traits) -> None:
    """Below 76 columns a quote stands under its label."""
    text = plain(make_verdict(), traits, width=60)

    assert "▪▪▪▪▪ Leading product managers\n        “Lead and coach seven product managers" in text


def test_colours_change_nothing_but_colours(make_verdict: "Make", traits: Traits) -> None:
    """With its ANSI codes taken out, the coloured text is the plain one."""
    coloured = render_text(make_verdict(), traits=traits, color=True, width=90)

    assert ANSI.search(coloured)
    assert plain(make_verdict(), traits) == ANSI.sub("", coloured)


ODD = st.text(st.characters(), max_size=60) | st.sampled_from(["\x1b]0;x\x07", "a\u202eb", "\ud800", "\x9b31m", "\r\n"])


@given(title=ODD, quote=ODD.filter(str.strip), term=ODD, width=st.integers(1, 200))
def test_text_never_commands_the_terminal(title: str, quote: str, term: str, width: int) -> None:
    """No control, bidi or surrogate character of a posting reaches the terminal, and no line is too wide."""
    why = Explanation(
        text=quote,
        reasons=(Reason("trait", "delivery", -1.0), Reason("wording", "wording", -1.0)),
        evidence=(Evidence("delivery", quote, 0, len(quote), 0.9),),
        missing=(),
        flip=Flip("director", (quote,), (), 0.6),
    )
    verdict = Verdict(1, None, title, title, "pm", 0.2, 0.9, ("delivery",), (Term(term, -1.0),), (), why)

    text = plain(verdict, load_traits(), width=width)

    assert text.replace("\n", "") == visible(text.replace("\n", ""))
    assert max(map(len, text.split("\n"))) <= max(width, 56)


# --- Words ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shown", "text"),
    [
        ("plain", "plain"),
        ("naïve – “ok” 👩\u200d💻", "naïve – “ok” 👩\u200d💻"),
        (r"\x1b[31m", "\x1b[31m"),
        (r"a\u202eb", "a\u202eb"),
        (r"\ud800", "\ud800"),
        (r"\u2028\x00\x85", "\u2028\x00\x85"),
    ],
)
def test_visible_escapes_what_a_terminal_obeys(shown: str, text: str) -> None:
    """Controls, bidi overrides, separators and surrogates show as escapes; all else stays."""
    assert shown == visible(text)


def test_json_never_commands_the_terminal(make_verdict: "Make") -> None:
    """Controls and bidi characters are escapes in JSON too, which parse to what was given; other letters stay."""
    evil = "\x1b]0;x\x07 \x9b31m \x7f \u202e \u2028 \U000e0001 é\n"
    told = render_json(make_verdict(title=evil))

    assert evil == json.loads(told)["title"]
    assert "é" in told
    assert not set("\x1b\x07\x9b\x7f\u202e\u2028\U000e0001") & set(told)


def test_lists_read_like_sentences() -> None:
    """Commas, and an `and` that can't be mistaken for one inside."""
    assert "" == listed([])
    assert "a" == listed(["a"])
    assert "a and b" == listed(["a", "b"])
    assert "a, b and c" == listed(["a", "b", "c"])
    assert "a and b, and c" == listed(["a and b", "c"])


def test_percentages_are_never_certain() -> None:
    """0 and 1 are said as 1 % and 99 %."""
    assert ["1 %", "50 %", "99 %"] == [percent(0.0), percent(0.5), percent(0.9999)]


def test_signs_are_ordered_by_their_share(make_verdict: "Make", traits: Traits) -> None:
    """Strongest first, the wording among the traits, and a share that tips the other way last and without a step."""
    found = signs(make_verdict(), traits, "director")

    assert [
        ("leads_product_managers", 5),
        ("portfolio_scope", 2),
        ("decision_authority", 2),
        ("wording", 1),
        ("seasoned_leader", 0),
    ] == [(s.key, s.steps) for s in found]


def test_the_wording_needs_terms_to_be_a_sign(make_verdict: "Make", traits: Traits) -> None:
    """Without terms that speak for the side, the wording is not shown as its sign."""
    for terms in (None, (), (Term("sprint", -0.5),)):
        assert "wording" not in {s.key for s in signs(make_verdict(top_terms=terms), traits, "director")}


def test_balance_is_the_whole_sum(make_verdict: "Make", traits: Traits, explanation: Explanation) -> None:
    """The four parts add up to the reasons' sum; without an explanation there are none."""
    total = sum(value for _, value in balance(make_verdict(), traits))

    assert sum(r.log_odds for r in explanation.reasons) == pytest.approx(total, abs=1e-12)
    assert () == balance(make_verdict(explanation=None), traits)


def test_close_is_said_by_the_headline(make_verdict: "Make") -> None:
    """The note `close` is not said twice."""
    assert ("There is no text.",) == note_words(make_verdict(notes=("close", "empty")))


def test_json_is_the_full_record(make_verdict: "Make") -> None:
    """The JSON holds what `to_record` gives with the whole explanation."""
    verdict = make_verdict(title="Zoë 👋")

    assert to_record(verdict, explain="full") == json.loads(render_json(verdict))
    assert "Zoë 👋" in render_json(verdict)


# --- The page -------------------------------------------------------------------------------------------------------

TAGS = set(
    "html head meta title style body header h1 small p div span svg rect section h2 dl dt dd a b mark details summary "
    "table tbody tr td".split()
)


def test_page_shows_verdict_signs_and_the_marked_posting(make_verdict: "Make", traits: Traits) -> None:
    """Level, reason, both sides, what is missing, the flip, the posting's lines with their traits, and the sum."""
    page = LexborHTMLParser(render_html(make_verdict(), traits))
    text = page.body.text(separator=" ") if page.body else ""

    for part in ("Director-level work", "88 % sure", "Mainly for", "Not found (PM-level):", "Without these 2 lines"):
        assert part in text
    assert {"director", "pm"} == {h.attributes["class"] for h in page.css(".sides h2")}
    assert ["leading product managers", "a portfolio of products", "budget and investment decisions"] == [
        chip.text() for chip in page.css(".chip.director")[:3]
    ]
    assert "+1.980" in page.css("details td")[-1].text()


def test_page_links_lead_to_the_line(make_verdict: "Make", traits: Traits) -> None:
    """Each sign links to the chip of its trait on the same page."""
    page = LexborHTMLParser(render_html(make_verdict(), traits))
    links = {str(a.attributes["href"]) for a in page.css("a")}

    assert links == {f"#{chip.attributes['id']}" for chip in page.css(".chip")}


def test_page_of_an_unusable_text_is_short(make_verdict: "Make", traits: Traits) -> None:
    """Without an explanation there is a headline and a note."""
    verdict = make_verdict(
        level="unclear", p_director=None, title=None, company=None, notes=("empty",), explanation=None
    )
    page = LexborHTMLParser(render_html(verdict, traits))

    assert ["Can't be judged"] == [h.text().strip() for h in page.css("h1")]
    assert ["There is no text."] == [p.text() for p in page.css("p")]


def test_page_of_an_explanation_without_text_has_no_posting(make_verdict: "Make", traits: Traits) -> None:
    """Nothing to show, nothing shown."""
    bare = {"text": "", "evidence": (), "reasons": (), "missing": (), "flip": None}
    page = LexborHTMLParser(render_html(make_verdict(top_terms=(), why=bare), traits))

    assert [] == page.css(".posting, details, .sides")


def test_page_marks_overlapping_spans_of_both_sides(make_verdict: "Make", traits: Traits) -> None:
    """Where spans of both sides overlap, the common part is marked as both."""
    spans = (Evidence("vision_strategy", "abcd", 0, 4, 0.9), Evidence("delivery", "cdef", 2, 6, 0.9))
    page = LexborHTMLParser(render_html(make_verdict(why={"text": "abcdef", "evidence": spans, "flip": None}), traits))

    assert [("ab", "director"), ("cd", "both"), ("ef", "pm")] == [
        (m.text(), m.attributes["class"]) for m in page.css(".posting p:not(.soft) mark")
    ]


def test_page_allows_its_own_style_and_nothing_else(make_verdict: "Make", traits: Traits) -> None:
    """The policy names the hash of the one style sheet; there is no script, style attribute or outside address."""
    html = render_html(make_verdict(), traits)
    page = LexborHTMLParser(html)
    style = page.css_first("style")
    digest = base64.b64encode(hashlib.sha256(style.text().encode()).digest()).decode() if style else ""
    policy = page.css_first("meta[http-equiv=Content-Security-Policy]")

    assert policy is not None
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" == str(
        policy.attributes["content"]
    )
    assert "http:" not in html
    assert "https:" not in html


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    '"><script>alert(1)</script>',
    "'><iframe src=javascript:alert(1)>",
    "</title><script>alert(1)</script>",
    "</style><script>alert(1)</script>",
    "</mark></p></section><script>",
    "<a href=javascript:alert(1)>x</a>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content=0>",
    "<form action=//evil.example><input name=q>",
    "<object data=x>",
    "<embed src=x>",
    "<link rel=stylesheet href=//evil.example>",
    "<style>*{display:none}</style>",
    "<!--",
    "-->",
    "<![CDATA[<script>]]>",
    "<math><mtext></mtext></math>",
    "<template><script></script></template>",
    "<noscript><img src=x></noscript>",
    "<textarea>",
    "<plaintext>",
    "<xmp>",
    "<b onclick=alert(1)>x</b>",
    '" onmouseover="alert(1)',
    "' style='position:fixed",
    "` onfocus=`alert(1)",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;",
    "&amp;lt;",
    "{css}{body}",
    "{0.__class__}",
    "%s%n",
    "\\u003cscript\\u003e",
    "<scr\x00ipt>",
    "<\x00script>",
    "\ufeff<script>",
    "<script\n>",
    "<SCRIPT SRC=//evil.example>",
    "<ScRiPt>",
    "<video><source onerror=alert(1)>",
    "<audio src=x onerror=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<select autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<body onload=alert(1)>",
    "<html onclick=x>",
    "<frameset onload=x>",
    "<table background=javascript:alert(1)>",
    "<div style=background:url(//evil.example)>",
    "<input type=image src onerror=alert(1)>",
    "<isindex action=javascript:alert(1)>",
    "<keygen autofocus onfocus=alert(1)>",
    "<button formaction=javascript:alert(1)>",
    "<p/onclick=alert(1)>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>",
    "\u202e<script>\u202c",
    "<a\thref='data:text/html,<script>'>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("field", ["title", "company", "quote", "term", "flip", "note"])
def test_page_shows_markup_as_text(make_verdict: "Make", traits: Traits, payload: str, field: str) -> None:
    """Whatever a posting holds, wherever it is shown, the page has no element or attribute but its own."""
    around = f"before {payload} after"
    changes: dict[str, object] = {
        "title": {"title": payload},
        "company": {"company": payload},
        "quote": {"why": {"text": around, "evidence": (Evidence("delivery", payload, 7, 7 + len(payload), 0.9),)}},
        "term": {"top_terms": (Term(payload, 0.5),)},
        "flip": {"why": {"flip": Flip("pm", (payload,), (), 0.4)}},
        "note": {"notes": (payload,)},
    }[field]  # type: ignore[assignment] # a mapping of mappings
    page = LexborHTMLParser(render_html(make_verdict(**changes), traits))
    elements = page.css("*")

    assert {str(e.tag) for e in elements} <= TAGS
    assert 1 == len(page.css("style"))
    for element in elements:
        assert not [name for name in element.attributes if name.startswith("on") or name in {"style", "src"}]
        assert str(element.attributes.get("href") or "#").startswith("#")


@given(
    text=st.text(st.characters(codec="utf-8") | st.sampled_from("<&>\"'\n\u0130ß👩\u0301"), min_size=1, max_size=80),
    data=st.data(),
)
def test_page_marks_exactly_the_span(text: str, data: st.DataObject) -> None:
    """The marked text is the span of the text as shown, and the lines are the text, whatever its characters."""
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    why = Explanation(text, (), (Evidence("delivery", text[start:end], start, end, 0.9),), (), None)
    verdict = Verdict(1, None, None, None, "pm", 0.2, 0.9, ("delivery",), (), (), why)

    page = LexborHTMLParser(render_html(verdict, load_traits()))
    for chip in page.css(".posting .chip"):
        chip.decompose()
    paragraphs = page.css(".posting p:not(.soft)")

    assert [visible(line) for line in text.split("\n")] == [p.text() for p in paragraphs]
    assert visible(text[start:end].replace("\n", "")) == "".join(
        mark.text() for p in paragraphs for mark in p.css("mark.pm")
    )


def test_the_rung_of_a_ladder_is_told(make_verdict: "Make") -> None:
    """Where a model has a ladder, its likeliest rung is said with its probability."""
    assert ("On the ladder: senior (75 %).",) == note_words(make_verdict(rungs={"pm": 0.25, "senior": 0.75}))
    assert () == note_words(make_verdict())
