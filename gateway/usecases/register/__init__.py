"""Asking the register of agreements: deciding, explaining, comparing, proving, replaying."""
