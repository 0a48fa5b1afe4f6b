"""A batch, from the push to the facts that it became and the rows that have to be mended."""
