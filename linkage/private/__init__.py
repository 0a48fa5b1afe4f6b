"""Linkage with a partner that may not send identifiers: keyed encodings of a person, and their comparison."""
