"""How each test came out, by its name without parameters; `conftest` fills it in."""

OUTCOMES: dict[str, set[str]] = {}
