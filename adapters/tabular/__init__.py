"""Feeds of plain columns that need no code: one mapping file describes one feed (YAML 1.2)."""

from adapters.tabular.errors import MappingError
from adapters.tabular.examples import ExampleFailure, check_examples
from adapters.tabular.feed import MappedFeed
from adapters.tabular.loader import load_mapping, load_mappings

__all__ = ["ExampleFailure", "MappedFeed", "MappingError", "check_examples", "load_mapping", "load_mappings"]
