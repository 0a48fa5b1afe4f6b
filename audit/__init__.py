"""A log nobody can alter unseen: entries, leaves of salted commitments, Merkle tree, checkpoints, receipts, verifier.

The package stands alone: standard library and `cryptography` only, so that a partner or a regulator can run
`python -m audit.verify` from a copy of this folder. It opens no socket and reads no clock; time, ids and salts
are arguments.
"""
