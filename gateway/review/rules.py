"""The council's rules of review: which ties explain an access, what each is called, what makes an access doubtful.

A document of the council's own (`HEARTHGATE_REVIEW_FILE`), not code: an officer approves each path. Parsed strictly;
an unknown key, tie or suspicion refuses the whole file, and so does a sentence that is missing.
"""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agreements.strict_yaml import parse_yaml
from gateway.errors import ConfigurationError
from gateway.review.access import Reach, Tie

_Sentence = Annotated[str, Field(min_length=10, max_length=200, pattern=r"\.$")]
_Id = Annotated[str, Field(pattern=r"^[a-z][a-z-]{1,39}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ExplanationPath(_Part):
    """A template of a reason. It explains an access where every condition that it names is met.

    `ties` with `reach`: one of these ties, to one of these. `ended_within` and `begins_within` are days: how long
    after its end a tie still explains, and how late it may have been written down. `sources`: for ties `known-to`.
    `reasons`: codes that the entry itself holds. `marks`: what was done says it by itself. `follows`: explained by
    another access. `length` is the number of steps from the reader to the person. A path is `bare`
    that explains by what the person is to a whole service, such as its tenant: true of thousands, it tells no task.
    """

    id: _Id
    length: int = Field(ge=0, le=5)
    ties: tuple[Tie, ...] = ()
    reach: tuple[Reach, ...] = (Reach.PERSON,)
    ended_within: int = Field(default=0, ge=0, le=366)
    begins_within: int = Field(default=0, ge=0, le=366)
    sources: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    role_families: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    marks: tuple[Literal["emergency"], ...] = ()
    follows: Literal["opened-next", "right-person-of-search", "consulted"] | None = None
    bare: bool = False
    officer: _Sentence
    subject: _Sentence

    @model_validator(mode="after")
    def _says_something(self) -> "ExplanationPath":
        if not (self.ties or self.reasons or self.marks or self.follows):
            message = "a path names ties, reasons, marks or what it follows, or it would explain everything"
            raise ValueError(message)
        return self


class Suspicion(_Part):
    """What adds to the doubt about an access: by how much where nothing explains it, a bare path does, or a path does.

    It is of a tie of life, or one of the signals that `gateway.review.signals` finds by itself.
    """

    id: _Id
    tie: Tie | None = None
    unexplained: int = Field(ge=0, le=100)
    bare: int = Field(ge=0, le=100)
    explained: int = Field(ge=0, le=100)
    officer: _Sentence


class Limits(_Part):
    """Numbers that signals are measured by. Each is a count or days; `rare_surname` is a number of persons."""

    spike_least: int = Field(ge=2, le=1000)
    spike_times_own: float = Field(ge=1, le=100)
    spike_times_peers: float = Field(ge=1, le=100)
    crowd: int = Field(ge=2, le=100)
    crowd_days: int = Field(ge=1, le=90)
    refusals: int = Field(ge=2, le=100)
    refusal_days: int = Field(ge=1, le=90)
    bulk_searches: int = Field(ge=2, le=1000)
    empty_searches: int = Field(default=8, ge=2, le=1000)
    returns: int = Field(ge=2, le=100)
    rare_surname: int = Field(ge=0, le=1000)
    hours: str = Field(max_length=200)
    night: str = Field(max_length=200)


class Queue(_Part):
    """How many items a week: ranked, and drawn from the rest. Below `least_score` an access is never ranked."""

    ranked: int = Field(ge=1, le=20)
    sampled: int = Field(ge=1, le=100)
    least_score: int = Field(ge=1, le=1000)


class ReviewRules(_Part):
    """The whole document."""

    schema_: Literal["hearthgate/review/1"] = Field(alias="schema")
    approved_by: str = Field(max_length=100)
    approved_on: str = Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
    unexplained: int = Field(ge=0, le=100)
    unexplained_sentence: _Sentence
    paths: tuple[ExplanationPath, ...]
    suspicions: tuple[Suspicion, ...]
    limits: Limits
    queue: Queue

    @model_validator(mode="after")
    def _nothing_twice(self) -> "ReviewRules":
        for names in ([one.id for one in self.paths], [one.id for one in self.suspicions]):
            if len(set(names)) != len(names):
                message = "an id stands here twice"
                raise ValueError(message)
        return self

    def path(self, path_id: str) -> ExplanationPath | None:
        """A path by its id."""
        return next((one for one in self.paths if one.id == path_id), None)

    def suspicion(self, suspicion_id: str) -> Suspicion | None:
        """A suspicion by its id."""
        return next((one for one in self.suspicions if one.id == suspicion_id), None)


def load_rules(file: Path) -> ReviewRules:
    """Read the document. Raises `ConfigurationError` that names what is wrong, or `AgreementFileError` for bad YAML."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        message = f"the rules of review {file.name} cannot be read; check HEARTHGATE_REVIEW_FILE"
        raise ConfigurationError(message) from None
    try:
        return ReviewRules.model_validate(parse_yaml(file.name, text).content)
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        told = "; ".join(f"{'/'.join(map(str, one['loc']))}: {one['msg']}" for one in problems)
        message = f"the rules of review {file.name} do not hold: {told}"
        raise ConfigurationError(message) from None
