"""Labels of one's own: which postings to read first, a view to mark them in, what looks wrong, other tools' formats."""
