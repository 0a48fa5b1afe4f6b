"""A generated county whose truth is known: people in homes, and what twenty registers recorded about them."""
