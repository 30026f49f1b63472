"""A model and a posting whose title was held against its text go in; all that is told of it comes out."""

from postclass.agreement import Agreement
from postclass.examples import Examples
from postclass.explain import explanation, gains
from postclass.features import read_posting
from postclass.finding import Change, Detail, Proof, Side
from postclass.judge import Model
from postclass.omission import Omission
from postclass.opinion import form_opinion, found
from postclass.posting import Posting
from postclass.renaming import fitting_titles
from postclass.rewriting import Draft, rework, rewrite
from postclass.verdict import Explanation

SIDES: tuple[Side, ...] = ("director", "pm")


class Dossiers:
    """Makes the details of findings with one model."""

    def __init__(self, model: Model, *, prior: float | None = None, targets: tuple[Side, ...] = SIDES) -> None:
        self._model, self._prior, self._targets = model, prior, targets
        self._examples = Examples(model.parts)

    def detail(self, posting: Posting, agreed: Agreement) -> Detail:
        """All that is told of a posting that has usable text."""
        parts, traits = self._model.parts, self._model.traits
        reading = read_posting(posting)
        opinion = form_opinion(parts, reading.words, prior=self._prior)
        keys = found(parts, opinion)
        omission = Omission(parts, reading, opinion)
        told = explanation(parts, reading, opinion, keys, omission=omission)
        draft = Draft(parts, reading, opinion, keys, omission, traits)
        shares = {reason.key: reason.log_odds for reason in told.reasons}
        return Detail(
            text=told.text,
            proofs=tuple(
                Proof(e.trait, e.quote, e.start, e.end, e.probability, shares[e.trait]) for e in told.evidence
            ),
            missing=_missing(draft, agreed),
            wording=shares["wording"],
            bias=shares["bias"],
            change=_change(posting, agreed, told, draft),
            rewrites=tuple(rewrite(draft, target=target) for target in self._targets),
            examples=self._examples.nearest(reading),
        )


def _missing(draft: Draft, agreed: Agreement) -> tuple[str, ...]:
    """The claimed level's traits that the text does not show, those that would move it most first."""
    if agreed.claimed not in SIDES:
        return ()
    target: Side = "director" if agreed.claimed == "director" else "pm"
    worth = gains(draft.parts, draft.opinion, draft.missing(target))
    return tuple(sorted(worth, key=lambda key: -worth[key] if target == "director" else worth[key]))


def _change(posting: Posting, agreed: Agreement, told: Explanation, draft: Draft) -> Change | None:
    """The smallest changes that make title and text agree, where they differ."""
    if agreed.lean is None or agreed.claimed not in SIDES or agreed.claimed == agreed.lean:
        return None
    titles = fitting_titles(posting.title or "", level=agreed.lean)
    claimed: Side = "director" if agreed.claimed == "director" else "pm"
    return Change(titles, told.flip or rework(draft, target=claimed))
