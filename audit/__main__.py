"""`python -m audit` says what can be run."""

import sys

_HELP = """Hearthgate audit log.

  python -m audit.verify [--key VKEY] PATH...    check receipts, checkpoints, exports, reports and packs offline
  python -m audit.verify --help                  all options
  python -m audit.reconcile PACK LEDGER          compare a partner's pack with what the partner kept

Needs Python 3.11 and the package "cryptography"; nothing else of Hearthgate.
"""

if __name__ == "__main__":
    sys.stdout.write(_HELP)
