"""How many cases a test tries: few by itself, and as many as the promises name where that is asked for.

POSTCLASS_EXAMPLES=10000 pytest tests/test_properties.py tests/test_scorer.py
"""

import os

USUAL = 100
EXAMPLES = int(os.environ.get("POSTCLASS_EXAMPLES", USUAL))
