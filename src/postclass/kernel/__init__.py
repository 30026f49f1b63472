"""The fast path: cleaning, masking and scoring over UTF-8 buffers, compiled by numba, exactly as the plain path does.

`text`, `titles`, `features` and `opinion` hold the meaning; here the same is done without a Python object per posting.
Patterns are not written twice: `patterns` turns those of `text` and `titles` into programs for the compiled `matcher`.
"""
