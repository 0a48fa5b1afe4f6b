"""Strict YAML 1.2: one document, text for keys, none twice, no aliases, tags or directives; `on` is a string.

YAML 1.1 reads `on:` as the boolean true, which once lost all triggers of a draft's obligations; hence 1.2 only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, DocumentStartEvent, Event
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode
from ruamel.yaml.parser import Parser

from agreements.errors import AgreementFileError

Path = tuple[str | int, ...]
# Documents of a register nest some ten levels.
_DEEPEST = 50
_TEXT = "tag:yaml.org,2002:str"
_DATE = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")


@dataclass(frozen=True, slots=True)
class YamlFile:
    """A parsed file: its content and the line (from 1) of every key and list entry."""

    name: str
    content: Mapping[str, object]
    lines: Mapping[Path, int]

    def line_of(self, path: Path) -> int:
        """Line of a path, or of its nearest parent that the file holds."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def clause_of(self, path: Path) -> str:
        """A path in words: `rules/EH1/purposes`; a list entry that has an id is named by it."""
        words: list[str] = []
        here: object = self.content
        for step in path:
            if isinstance(step, int) and isinstance(here, list) and step < len(here):
                here = here[step]
                identifier = here.get("id") if isinstance(here, dict) else None
                words.append(str(identifier) if identifier is not None else str(step))
                continue
            here = here.get(step) if isinstance(here, dict) else None
            words.append(str(step))
        return "/".join(words) or "document"

    def error(self, path: Path, problem: str, remedy: str) -> AgreementFileError:
        """Build the error for a fault at a path."""
        return AgreementFileError(self.name, self.line_of(path), self.clause_of(path), problem, remedy=remedy)


@lru_cache(maxsize=256)  # pure and slow; a register is read again to be proved, compared and served
def parse_yaml(name: str, text: str) -> YamlFile:
    """Parse one file. Raises `AgreementFileError` with the line of whatever is not strict YAML."""
    try:
        yaml = _yaml(name)
        node = yaml.compose(text)
        if node is not None:
            _refuse_keys(name, node)
        content = yaml.constructor.construct_document(node) if node is not None else None
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        problem = str(error.problem or "not YAML").splitlines()[0]
        raise AgreementFileError(name, line, "document", problem, remedy="write strict YAML 1.2") from None
    except YAMLError:
        raise AgreementFileError(name, 0, "document", "not YAML", remedy="write strict YAML 1.2") from None
    except ValueError:
        # The parser takes 2026-02-30 for a date and then finds no such day; it does not say where.
        problem, remedy = "a date or number here is none", "write days that exist"
        raise AgreementFileError(name, _line_of_bad_date(text), "document", problem, remedy=remedy) from None
    if not isinstance(content, dict) or node is None:
        raise AgreementFileError(name, 1, "document", "not a mapping", remedy="start with `schema:`")
    return YamlFile(name, content, dict(_walk(node, ())))


def _refuse_event(name: str, event: Event) -> None:
    line = event.start_mark.line + 1
    if isinstance(event, AliasEvent):
        raise AgreementFileError(name, line, "document", "aliases are not allowed", remedy="write the text out")
    if isinstance(event, DocumentStartEvent) and (event.version or event.tags):
        problem = "directives are not allowed; %YAML 1.1 would read `on` as true"
        raise AgreementFileError(name, line, "document", problem, remedy="remove it")
    if getattr(event, "tag", None) is not None:
        raise AgreementFileError(name, line, "document", "tags are not allowed", remedy="remove the tag")


def _refuse_keys(name: str, node: Node) -> None:
    """Keys are text: no numbers, no merge keys of YAML 1.1."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            if key.tag != _TEXT:
                line = key.start_mark.line + 1
                raise AgreementFileError(name, line, "document", "a key here is not text", remedy="write it in quotes")
            _refuse_keys(name, value)
    elif isinstance(node, SequenceNode):
        for value in node.value:
            _refuse_keys(name, value)


def _line_of_bad_date(text: str) -> int:
    """Line, from 1, of the first date-like word that is no date; 0 where the fault is elsewhere."""
    for number, line in enumerate(text.splitlines(), start=1):
        for year, month, day in _DATE.findall(line):
            try:
                date(int(year), int(month), int(day))
            except ValueError:
                return number
    return 0


class _Refusing(Parser):
    """Refuses an event before anything is made of it."""

    def __init__(self, name: str, loader: YAML) -> None:
        super().__init__(loader)
        self._name, self._depth = name, 0

    def get_event(self) -> Event:
        event: Event = super().get_event()
        _refuse_event(self._name, event)
        self._depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if self._depth > _DEEPEST:
            # The parser takes time that grows with the square of the depth before it gives up by itself.
            line = event.start_mark.line + 1
            raise AgreementFileError(self._name, line, "document", "nested too deeply", remedy="write fewer levels")
        return event


def _yaml(name: str) -> YAML:
    made = YAML(typ="safe", pure=True)
    made.Parser = partial(_Refusing, name)
    return made


def _walk(node: Node, path: Path) -> Iterator[tuple[Path, int]]:
    yield path, node.start_mark.line + 1
    if isinstance(node, MappingNode):
        for key, value in node.value:
            here = (*path, str(key.value))
            yield from _walk(value, here)
            yield here, key.start_mark.line + 1
    elif isinstance(node, SequenceNode):
        for number, value in enumerate(node.value):
            yield from _walk(value, (*path, number))
