"""Figures over records; every figure leaves through disclosure control."""
