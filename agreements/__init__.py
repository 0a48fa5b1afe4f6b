"""Agreements that execute: documents are loaded strictly, compiled to masks, and decide what may be released.

Reading order: `request`, `vocabulary`, `decision` (what is asked and answered), `document` (what is signed),
`loader` (files to documents), `compiler` and `register` (documents to decisions), `decide` and `explain`.
"""

from agreements.register import Register, compile_register

__all__ = ["Register", "compile_register"]
