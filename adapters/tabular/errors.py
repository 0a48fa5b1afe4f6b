"""What can be wrong with a mapping file."""

from typing import ClassVar

from adapters.errors import AdapterError


class MappingError(AdapterError):
    """A mapping file cannot be used: `line` counts from 1 (0: the file as a whole), `remedy` says what to do.

    The texts quote keys, columns and items of the mapping, which describes a file and holds no person's data;
    they never quote a cell of an example.
    """

    code: ClassVar[str] = "mapping-invalid"

    def __init__(self, line: int, message: str, remedy: str, file: str = "") -> None:
        """Keep the parts, so that a page or an editor can show them in its own way."""
        where = f"{file}, line {line}" if file else f"line {line}"
        super().__init__(f"{where}: {message} {remedy}")
        self.line = line
        self.message = message
        self.remedy = remedy
        self.file = file

    def in_file(self, name: str) -> "MappingError":
        """The same error, naming the file."""
        return MappingError(self.line, self.message, self.remedy, name)
