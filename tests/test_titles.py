"""Which level a title claims, and where a line names its own role or company."""

from itertools import pairwise

import pytest

from own import own_rows
from postclass.titles import MASK, MAX_NAME, claimed_level, mask, merged, name_mentions, role_mentions, self_mentions

CLAIMS = {
    "director": (
        "Director of Product",
        "Director of Product Management",
        "Director, Digital Product",
        "Director — Product",
        "Director of Product, Student Loans",
        "Senior Director, Product Management - Payments",
        "Deputy Director of Product",
        "Product Director",
        "Product Director GS15",
        "PRODUCT DIRECTOR",
        "Product Management Director",
        "VP, Product",
        "VP of Product",
        "V.P. Product",
        "SVP Product",
        "Vice President of Product Strategy",
        "Chief Product Officer",
        "Chief Product & Technology Officer",
        "CPO",
        "CPTO",
        "Head of Product",
        "Head of Products, EMEA",
        "Interim Head of Product",
        "Managing Director, Head of Product",
    ),
    "lead": (
        "Group Product Manager",
        "GPM",
        "Lead Product Manager",
        "Product Lead",
        "Principal Product Manager - Search",
        "Principal PM",
        "Staff Product Manager (Remote)",
        "Manager, Product Management",
        "Manager of Product",
        "Senior Manager, Product",
    ),
    "pm": (
        "Product Manager",
        "Product Manager, Mid-Market",
        "Product Manager II",
        "Product Manager, Leadership Tools",
        "Product Manager, Headless Commerce",
        "Product Manager, Directory Services",
        "Product Owner - Staffing Platform",
        "Product Owner / Business Analyst",
        "Technical Product Owner",
        "Sr. Product Manager, Growth",
        "Associate Product Manager",
        "APM",
        "Junior Product Manager",
        "Digital Product Manager",
        "VP Product Manager",
        "Vice President, Product Manager",
        "AVP Product Owner",
        "Product Owner (VP)",
        "Associate Director, Product Manager",
    ),
    "other": (
        "Summer Intern, Director of Product",
        "Product Management Intern",
        "Working Student Product Management",
        "Student Product Manager",
        "Fellow, Product Management",
        "Director of First Impressions",
        "Assistant to the VP of Product",
        "Executive Assistant to the Chief Product Officer",
        "Chief of Staff to CPO",
        "Head of Product Marketing",
        "Director, Product Marketing",
        "Product Marketing Manager",
        "Head of Product Design",
        "Product Designer",
        "Product Analyst",
        "Product Development Engineer",
        "Product Support Specialist",
        "Product Operations Manager",
        "Director of Product Operations",
        "Director of Engineering",
        "Director of Production",
        "Production Manager",
        "Software Engineer",
        "Head of Growth",
        "Director",
        "principal responsibilities",
        "Leiter Produktmanagement",
        "",
        "  ",
    ),
}


@pytest.mark.parametrize(("level", "title"), [(level, title) for level, titles in CLAIMS.items() for title in titles])
def test_claims(level: str, title: str) -> None:
    """Each title claims its level, and the traps claim what they are."""
    assert level == claimed_level(title)


# A line, and the same line masked; nothing is known but the line.
SELF = {
    "As our Director of Product you will set the vision": "As our · you will set the vision",
    "as our deputy head of product you decide": "as our · you decide",
    "As a PM you own the roadmap": "As a · you own the roadmap",
    "Job title: Senior Product Manager, Payments": "Job title: ·",
    "Title: Head of Product (EMEA)": "Title: ·",
    "Position: Chief Product Officer": "Position: ·",
    "Director, Product Management - Payments & Fraud": "·",
    "Senior Product Manager II (Remote)": "·",
    "Group Product Manager, Growth": "·",
    "VP, Product": "·",
    "Head of Digital Product": "·",
    "Vice President of Product Management, Platform": "·",
    "Product Manager - Senior Level": "·",
    "Product Lead": "·",
    "Lead of Product": "·",
    "Manager, Product Management": "·",
    "Principal, Product Practice": "·",
    "The Product Manager will own the backlog": "The · will own the backlog",
    "This Senior Director, Product role is based in Oslo": "This · role is based in Oslo",
    "You'll be the Head of Product for Tools": "You'll be the ·",
    "We are hiring a Product Owner to join us": "We are hiring a · to join us",
    "We're looking for a Lead Product Manager who writes well": "We're looking for a · who writes well",
    "Five years as a Product Manager": "Five years as a ·",
    "Our next CPO decides": "Our next · decides",
    "The Director will lead six people": "The · will lead six people",
    "The Managing Director carries the product budget": "The · carries the product budget",
    "Director will own product strategy": "· will own product strategy",
    "The bank seeks a Managing Director to take charge": "The bank seeks a · to take charge",
    "Grade 9 carries the designation Senior Director": "Grade 9 carries the designation ·",
    "İstanbul needs a Product Manager İ": "İstanbul needs a · İ",
}
SOMEONE_ELSE = (
    "Mentor product managers",
    "Lead a team of PMs",
    "Hire, coach and grow product managers and product owners",
    "Reporting to the VP Product",
    "Reports to: Head of Product",
    "You report to the Director of Product, who leads the group",
    "With a dotted line to VP of Product",
    "Work with the Product Owner and the designers",
    "Partner with our Chief Product Officer on strategy",
    "Support the Director of Product in planning",
    "Manage a Group Product Manager and two analysts",
    "Alongside another Product Manager",
    "Lead product strategy and vision",
    "Lead product owner meetings in three time zones and write up for all of them what was agreed",
    "Product management experience and product leadership",
    "A product leader with ten years",
    "Own product strategy with product marketing",
    "The director carries the product",
    "Our department head and our products",
    "Starts at 5 PM and ends at 9pm",
    "The head offices are in Gent",
    "You agree it with the Director to whom you report",
)


@pytest.mark.parametrize("line", SELF)
def test_self_mentions_are_masked(line: str) -> None:
    """A line's own role is masked whole, with ranks, domains and brackets, and without a title field."""
    assert SELF[line] == mask(line, self_mentions(line))


@pytest.mark.parametrize("title", ["Director of Product", "Product Manager", "Head of Product, Tools", None])
@pytest.mark.parametrize("line", SELF)
def test_the_title_field_changes_no_grammatical_mention(line: str, title: str | None) -> None:
    """What the grammar finds is masked the same whichever product title the field holds."""
    assert SELF[line] == mask(line, self_mentions(line, title=title))


@pytest.mark.parametrize("line", [line for line in SOMEONE_ELSE if line != "The director carries the product"])
def test_other_people_stay(line: str) -> None:
    """Plurals, and roles that are someone else's, are not masked."""
    assert line == mask(line, self_mentions(line))


def test_a_bare_rank_is_masked_without_the_product() -> None:
    """In "the director carries the product" only the rank may be masked, never the work."""
    assert mask("The Director carries the product", self_mentions("The Director carries the product")).endswith(
        "carries the product"
    )


@pytest.mark.parametrize(
    ("line", "title", "expected"),
    [
        ("Product Wrangler, Berlin", "Product Wrangler, Berlin", "Product Wrangler, Berlin"),
        (
            "Every Digital Products Boss, Berlin decides",
            "Head, Digital Products",
            "Every Digital Products Boss, Berlin decides",
        ),
        ("The Product Strategy Chief decides", "Product Strategy Chief, Europe", "The · decides"),
        ("The Product Strategy Chief, Europe decides", "Product Strategy Chief, Europe", "The · decides"),
        ("the product strategy chief decides", "Product Strategy Chief (m/f/d)", "the · decides"),
        (
            "You report to the Product Strategy Chief",
            "Product Strategy Chief",
            "You report to the Product Strategy Chief",
        ),
        ("Product Strategy Chiefs meet", "Product Strategy Chief", "Product Strategy Chiefs meet"),
        ("Director of First Impressions", "Director of First Impressions", "Director of First Impressions"),
        ("We direct", "Director", "We direct"),
    ],
)
def test_the_title_field_adds_what_the_grammar_does_not_know(line: str, title: str, expected: str) -> None:
    """An odd product title is masked whole or up to its first comma or bracket; a title of another trade stays."""
    assert expected == mask(line, self_mentions(line, title=title))


@pytest.mark.parametrize(
    ("line", "company", "expected"),
    [
        ("Orchard Freight moves apples", "Orchard Freight Ltd.", "· moves apples"),
        ("Orchard Freight Ltd. moves apples", "Orchard Freight Ltd.", "· moves apples"),
        ("At ORCHARD FREIGHT's docks", "Orchard Freight, Inc.", "At ·'s docks"),
        ("Ask Acmeville about Acme", "Acme", "Ask Acmeville about ·"),
        ("X marks the spot", "X", "X marks the spot"),
        ("İstanbul Lojistik grows", "istanbul lojistik", "İstanbul Lojistik grows"),
        ("İ grows with Acme", "Acme", "İ grows with ·"),
        ("Join us", " ", "Join us"),
        ("Join us", None, "Join us"),
    ],
)
def test_the_company_is_masked(line: str, company: str | None, expected: str) -> None:
    """The company's name goes with and without its legal form, as whole words in any case."""
    assert expected == mask(line, self_mentions(line, company=company))


def test_spans_are_sorted_and_apart() -> None:
    """Mentions that overlap or touch are one span."""
    line = "Acme Product Manager, Acme: join Acme as a Product Manager"
    spans = self_mentions(line, title="Product Manager, Acme", company="Acme")

    assert sorted(spans) == spans
    assert all(a[1] < b[0] for a, b in pairwise(spans))
    assert f"{MASK}: join {MASK} as a {MASK}" == mask(line, spans)


def test_own_titles_are_masked_as_headings() -> None:
    """Each of the project's own product titles, as a line by itself, is a mention as a whole."""
    titles = [row["title"] for row in own_rows() if claimed_level(row["title"]) != "other"]
    left = {title: mask(title, self_mentions(title, title=title)) for title in titles}

    assert len(titles) > 50
    assert {} == {title: masked for title, masked in left.items() if masked != MASK}


@pytest.mark.parametrize(
    "shape", ["Product Manager ", "Acme ", "Director, ", "the Director will ", "VP/", "report to the "]
)
def test_long_lines_run_to_the_end(shape: str) -> None:
    """A line of a quarter of a mebibyte of mentions is masked to its end."""
    line = shape * ((1 << 18) // len(shape)) + "tail by Acme"

    assert mask(line, self_mentions(line, title="Product Manager", company="Acme")).endswith(f"by {MASK}")


def test_a_company_of_a_legal_form_alone_names_nobody() -> None:
    """A company whose name is nothing but its legal form is looked for as it stands, and never for nothing."""
    assert [] == name_mentions("Our team ships, and learns.", title=None, company=", Inc.")
    assert [(5, 11)] == name_mentions("Join , Inc. today", title=None, company=", Inc.")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Product Manager I", "Product Manager I"),
        ("Product Manager (Growth), Berlin", "Product Manager (Growth), Berlin"),
        ("Product Manager, Growth (Berlin)", "Product Manager, Growth (Berlin)"),
        ("Product Manager, We build", "Product Manager"),
        (
            "In this position you are the Senior Group Product Manager of a team that moves freight by river and rail",
            "Senior Group Product Manager",
        ),
    ],
)
def test_how_far_a_title_reaches(line: str, expected: str) -> None:
    """A title takes its ranks, grade, brackets and subject with it, and ends where a sentence begins."""
    assert [expected] == [line[start:end] for start, end in role_mentions(line)]


def test_every_mention_of_a_name() -> None:
    """A name of two letters is found each time that it stands in a line."""
    assert [(0, 2), (11, 13), (21, 23)] == name_mentions("HP builds; HP sells; HP wins", title=None, company="HP")


def test_a_blank_title_names_nothing() -> None:
    """White space for a title is no name."""
    assert [] == name_mentions("Own it", title=" ", company=None)


def test_spans_that_touch_are_one() -> None:
    """Where one span ends at the other's start, they are merged."""
    assert [(0, 5), (6, 7)] == merged([(6, 7), (3, 5), (0, 3)])


@pytest.mark.parametrize(
    ("expected", "title"),
    [
        ("director", "Chief Product Owner"),
        ("director", "Head Product Manager"),
        ("lead", "VP, Lead Product Owner"),
        ("lead", "Manager - Product"),
        ("pm", "Product Manager, Production Systems"),
        ("other", "Production Product Lead"),
    ],
)
def test_claims_beside_the_usual(expected: str, title: str) -> None:
    """A chief or head of individual work claims a director's, a manager of product a lead's."""
    assert expected == claimed_level(title)


@pytest.mark.parametrize("piece", ["head-&", "PM/", "Head of &", "director +", "The Manager, A", "Product Manager A/"])
def test_words_without_an_end(piece: str) -> None:
    """A word of a hundred thousand characters full of titles is looked at a bounded number of times."""
    line = piece * (100_000 // len(piece))

    assert all(0 <= start < end <= len(line) for start, end in self_mentions(line))


def test_titles_and_companies_of_any_length() -> None:
    """Of a title or company longer than any real one its start alone is looked at, however many lines ask."""
    start = "Head of Product, Acme "
    long = start + "x" * (MAX_NAME - len(start))
    line = f"We are {long} and more"

    assert "director" == claimed_level(f"{long}, Trainee")
    assert "other" == claimed_level(f"{'x ' * MAX_NAME}Head of Product")
    assert f"We are {MASK} and more" == mask(line, self_mentions(line, title=long + "y" * 2**20))
    assert f"We are {MASK} and more" == mask(line, self_mentions(line, company=long + "y" * 2**20))
    assert 2**16 == len([name_mentions("a", title="a, b" * 2**20, company="a, b" * 2**20) for _ in range(2**16)])
