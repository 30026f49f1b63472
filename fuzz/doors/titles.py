"""A title, a company and a line: what the title claims, and what is masked in the line."""

import unicodedata

from oracle import within_budget
from postclass.titles import MASK, claimed_level, mask, self_mentions

MAX_LEN = 1024
LONG = 2**16  # characters
_CLAIMS = {"director", "lead", "pm", "other"}


def door(data: bytes) -> None:
    """Three texts, with NUL between them; one input in eight is repeated until it is long."""
    text = data[1:].decode("utf-8", "replace")
    line, title, company = [*text.split("\0"), "", "", ""][:3]
    if data and data[0] % 8 == 0 and line:
        line = line * (LONG // len(line))
        within_budget(lambda: check(line, title, company), what=f"{len(line):,} characters of {text[:80]!r}")
        within_budget(lambda: claimed_level(line), what=f"the claim of {len(line):,} characters of {text[:80]!r}")
    else:
        check(line, title, company)


def check(line: str, title: str, company: str) -> None:
    """Spans stand in the line, sorted and apart; a company that was masked is gone."""
    assert claimed_level(title) in _CLAIMS
    assert claimed_level(title) == claimed_level(f" {title.strip()} ")
    end = -1
    spans = self_mentions(line, title=title or None, company=company or None)
    for start, stop in spans:
        assert end < start < stop <= len(line)
        end = stop
    masked = mask(line, spans)
    assert len(spans) == masked.count(MASK) - (line.count(MASK) - sum(line.count(MASK, a, b) for a, b in spans))
    if company.isalpha() and company.isascii() and len(company) > 1 and unicodedata.is_normalized("NFC", line):
        words = "".join(c if c.isalnum() else " " for c in masked.lower()).split()
        assert company.lower() not in words
