"""The prose of the model card: templates that `card` fills with figures."""

PURPOSE = """\
## What it is for

Reads the text of an English job posting in product management and says whether it describes director-level or PM-level
work, with a calibrated probability and reasons. Made for batches of collected postings, for single checks, and for
audits of job titles. The title that a posting claims is masked and never used.

It judges postings, never people. It is not made for decisions about a person: hiring, pay, promotion.
"""

MAKING = """\
## How it was made

TF-IDF and logistic regression throughout: a head for each of {traits} role traits scores every line, a level head
scores the wording of the whole text, and their log-odds are added and calibrated; a scope head tells product management
from other trades. `docs/method.md` has the formulas, `data/README.md` the command.
"""

EVIDENCE_LINES = """\
Annotators pointed to {lines:,} lines as evidence of traits; {lost:,} of them found no partner among the lines as this
package splits them.
"""

MEASURING = """\
## How it was measured

On the {postings} gold postings with a level, {directors} of them director-level. Five folds: what is judged was never
seen in training, nor was anything else by its employer, in any of the files. Titles and company names are masked.
Calibration and all thresholds are chosen inside the folds. The folds were dealt {times}; figures are means. Brackets
hold 95 % intervals, from {draws:,} bootstrap draws of employers. `clear` are postings whose level the reader called
clear. Macro-F1 is at `p_director` > 0.5. `plots/figures.json` has every figure.
"""

AIMS = "## Aims and what was reached\n"

LEVEL = "## Level\n"

SEEDS = "Between deals of the folds macro-F1 on all runs from {low:.3f} to {high:.3f}.\n"

CALIBRATION = """\
Brier score {brier}. Expected calibration error, {bins} bins of equal width:
"""

VERDICTS = "## Verdicts that are given\n"

RANKING = """\
How far a ranking by certainty carries, whatever the band of `unclear` (told in hindsight, not a threshold to use):
"""

TRAITS = """\
## Traits and evidence

Micro-F1 over postings and traits {f1}. Evidence right {right}: for each trait of the gold, the line quoted for it (300
characters at most) lies within a line that the annotators pointed to. A trait that was not found counts as well, by its
best line.
"""

FAITHFULNESS = """\
**Faithfulness** (ERASER). Comprehensiveness: how much probability the verdict loses when the lines shown as evidence
are taken away; more is better. Sufficiency: how much it loses when they alone are kept; less is better. Random lines
are as many, drawn from the same posting.
"""

PEERS = "## Other methods in the same folds\n"

LEADS = """\
They see the same masked text (the title rule sees the title instead), and learn from the weak text too, with the same
weights, unless it says gold only. Each gets the threshold that makes its macro-F1 best on postings held out inside its
training folds. How far postclass is ahead, by paired bootstrap in the same draws; where the interval holds 0 it is a
tie:
"""

SOURCES = """\
## Where it errs

By source; those with few postings are pooled. A dash stands where there is nothing to measure, and there is no interval
where there are too few employers to resample.
"""

EMPLOYERS = "The employers with most errors at `p_director` > 0.5, means over the deals of the folds:\n"

TITLES = "What the title claims, what the gold says, and what the verdict says (postings; means over the deals):\n"

LIMITS = """\
## Limits

- **Two careful readers by one guide.** They agree with Cohen's kappa of 0.97 to 0.98 on the level and micro-F1 of 0.92
  to 0.94 on traits (240 postings read twice). That is agreement about the guide, not human truth; others may draw the
  line between the levels elsewhere.
- **{directors} director-level postings**, from few sources, most of them technology firms in North America and Europe.
  The intervals are wide, and they speak of other employers in these sources, not of other sources. Look at the table
  by source before relying on it elsewhere.
- **English only.** Other languages get `unclear` with the note `not_english`, very short texts `too_short`.
- **Words, not facts.** A posting that says director-level things in unusual words reads as less director-level than it
  is, and one that borrows a director's words as more.
- "Mentors product managers" and "manages product managers" look alike; player-coaches and lone heads of product are
  where careful readers hesitate too.
- The probability is calibrated to the gold's share of directors. Where the share differs, say so with `--prior`.
- `unclear` is set so that verdicts given keep their precision on postings like the gold; elsewhere it is a guide.
"""
