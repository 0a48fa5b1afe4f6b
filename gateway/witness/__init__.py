"""A witness, as a partner runs it: a key, a small file of what it has cosigned, a port. No database, no register."""
