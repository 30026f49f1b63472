"""What many tests need: the traits, verdicts made by hand, and a model that answers with one of them."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import settings

from fullsize import EXAMPLES
from postclass.traits import Trait, load_traits
from postclass.verdict import Evidence, Explanation, Flip, Reason, Term, Verdict
from ran import OUTCOMES
from standins import FakeModel, Make

# The same examples on every run and no deadline: a test that fails here fails everywhere, and none asserts a time.
settings.register_profile("postclass", deadline=None, derandomize=True, max_examples=EXAMPLES)
settings.load_profile("postclass")

LAST = "test_docs_promises.py::test_the_tests_ran"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts last what asks how the others came out."""
    items.sort(key=lambda item: item.nodeid.endswith(LAST))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Notes how a test came out: its call, or a set-up that failed or was skipped."""
    if report.when == "call" or report.outcome != "passed":
        OUTCOMES.setdefault(report.nodeid.partition("[")[0], set()).add(report.outcome)


TEXT = """Your role at Orchard Freight
Lead and coach seven product managers in three product groups
Own the annual budget and decide where headcount goes
Run A/B tests & read the dashboards with the analysts
You bring ten years in product"""


def evidence(trait: str, quote: str, text: str = TEXT, probability: float = 0.9) -> Evidence:
    """Evidence for a trait where the quote stands in the text."""
    start = text.index(quote)
    return Evidence(trait, quote, start, start + len(quote), probability)


@pytest.fixture(scope="session")
def traits() -> tuple[Trait, ...]:
    """The shipped traits."""
    return load_traits()


@pytest.fixture(scope="session")
def explanation(traits: tuple[Trait, ...]) -> Explanation:
    """Four director traits and one PM trait; the log-odds add up to 1.98."""
    lines = TEXT.split("\n")
    shares = {
        "leads_product_managers": 1.5,
        "portfolio_scope": 0.75,
        "decision_authority": 0.5,
        "seasoned_leader": -0.02,
        "performance_analysis": -0.35,
        "backlog_prioritisation": 0.25,
    }
    reasons = [Reason("trait", key, share) for key, share in shares.items()]
    shown = (
        evidence("leads_product_managers", lines[1]),
        evidence("portfolio_scope", lines[1]),
        evidence("decision_authority", lines[2]),
        evidence("performance_analysis", lines[3]),
        evidence("seasoned_leader", "ten years in product"),
    )
    return Explanation(
        text=TEXT,
        reasons=(*reasons, Reason("wording", "wording", 0.4), Reason("bias", "bias", -1.05)),
        evidence=shown,
        missing=tuple(t.key for t in traits if t.side == "pm" and t.key != "performance_analysis"),
        flip=Flip("pm", (lines[1], lines[2]), (), 0.41),
    )


@pytest.fixture(scope="session")
def make_verdict(explanation: Explanation) -> Make:
    """A director-level verdict, with the fields changed that are named; `why` holds changes of its explanation."""
    verdict = Verdict(
        row=1,
        id="007",
        title="Product Owner",
        company="Orchard Freight",
        level="director",
        p_director=0.8787,
        p_in_scope=0.99,
        traits=tuple(e.trait for e in explanation.evidence),
        top_terms=(Term("product managers", 0.4), Term("headcount", 0.25), Term("dashboards", -0.1)),
        notes=(),
        explanation=explanation,
    )

    def make(*, why: dict[str, Any] | None = None, **changes: Any) -> Verdict:  # noqa: ANN401 - any field
        if why is not None:
            changes["explanation"] = replace(explanation, **why)
        return replace(verdict, **changes)

    return make


@pytest.fixture
def fake_model(monkeypatch: pytest.MonkeyPatch, make_verdict: Make) -> FakeModel:
    """A model that stands in wherever a command loads one."""
    model = FakeModel(make_verdict())
    monkeypatch.setattr("postclass.modelfile.load_model", lambda path=None: model)
    return model
