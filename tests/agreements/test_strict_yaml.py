"""Strict YAML: whatever could be read in two ways is refused with its line, and nothing crashes."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml.events import StreamStartEvent
from ruamel.yaml.parser import Parser

from agreements.errors import AgreementFileError
from agreements.strict_yaml import parse_yaml

REFUSED = {
    "a directive": ("%YAML 1.1\n---\non: yes\n", 2, "directives"),
    "a tag directive": ("%TAG ! tag:x,2000:\n---\na: b\n", 2, "directives"),
    "a merge key": ("a: 1\n<<: {b: 2}\n", 2, "not text"),
    "a number for a key": ("a: x\n1: y\n", 2, "not text"),
    "a date for a key": ("a:\n  2026-04-01: y\n", 2, "not text"),
    "a list for a key": ("? [a]\n: b\n", 1, "not text"),
    "a key twice": ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
    "a key twice, deep down": ("a:\n - b: 1\n   b: 2\n", 3, "duplicate key"),
    "an alias": ("a: &x 1\nb: *x\n", 2, "aliases"),
    "a tag": ("a: !!python/name:os.system x\n", 1, "tags"),
    "a day that does not exist": ("a: 1\nb: 2026-02-30\n", 2, "date"),
    "two documents": ("a: 1\n---\nb: 2\n", 2, "document"),
    "a list": ("- a\n", 1, "not a mapping"),
    "nothing": ("", 1, "not a mapping"),
    "a tab for a space": ("a:\n\tb: 1\n", 2, ""),
    "a nest without a bottom": ("a: " + "[" * 5000 + "]" * 5000, 1, "nested"),
}


@pytest.mark.parametrize("fault", REFUSED)
def test_what_could_be_read_in_two_ways_is_refused_with_its_line(fault):
    text, line, words = REFUSED[fault]
    with pytest.raises(AgreementFileError) as refused:
        parse_yaml("x.yaml", text)
    assert words in refused.value.problem
    assert refused.value.line == line
    assert refused.value.remedy


def test_a_file_is_parsed_once(monkeypatch):
    began, events = [], Parser.get_event
    monkeypatch.setattr(Parser, "get_event", lambda self: began.append(event := events(self)) or event)

    parse_yaml("once.yaml", "a: 1\n")

    assert sum(isinstance(event, StreamStartEvent) for event in began) == 1


def test_words_that_yaml_1_1_took_for_booleans_are_words():
    assert parse_yaml("x.yaml", "on: off\nyes: no\ny: n\n").content == {"on": "off", "yes": "no", "y": "n"}


@given(st.text(alphabet="a1:-?[]{}&*!|>%@\"'#,. \n\t", max_size=30))
def test_any_text_is_a_mapping_or_refused(text):
    with suppress(AgreementFileError):
        content = parse_yaml("x.yaml", text).content
        assert all(isinstance(key, str) for key in content)
