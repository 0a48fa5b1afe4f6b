"""The `records` of a mapping file: templates, each checked against the columns and the register of items."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import get_args

from adapters.tabular.columns import IDENTIFIER_TYPES, TEXT_TYPES, ColumnSpec
from adapters.tabular.document import (
    Scalar,
    Sequence,
    Table,
    Value,
    as_list,
    as_table,
    as_text,
    did_you_mean,
    keys_of,
)
from adapters.tabular.errors import MappingError
from adapters.tabular.templates import (
    Condition,
    MembershipTemplate,
    NameTemplate,
    PersonTemplate,
    RelationshipTemplate,
    ResidenceTemplate,
    Source,
    Spell,
    Template,
    identifier_item,
)
from concept_model.household import RelationshipKind
from concept_model.person import Person, PersonName
from concept_model.place import Residence

NONE = frozenset[str]()
SPELL_KEYS = frozenset({"valid_from", "valid_to"})
COMMON_KEYS = frozenset({"when", "subject"})
KEY = frozenset({"key"})
NAME_USES = frozenset(get_args(PersonName.model_fields["use"].annotation))
RESIDENCE_KINDS = frozenset(get_args(Residence.model_fields["kind"].annotation))
PROTECTIONS = frozenset(
    kind for part in get_args(Person.model_fields["protected"].annotation) for kind in get_args(part)
)
RELATIONSHIP_KINDS = frozenset(get_args(RelationshipKind))


@dataclass(frozen=True, slots=True)
class Scope:
    """What templates may refer to: the declared columns and the key column."""

    columns: Mapping[str, ColumnSpec]
    key: str

    def column(self, value: Value, what: str, types: frozenset[str]) -> str:
        """The name of a declared column of one of these types."""
        name = as_text(value, what)
        spec = self.columns.get(name)
        if spec is None:
            message = f"{what} names the column {name!r}, which is not declared."
            raise MappingError(value.line, message, did_you_mean(name, frozenset(self.columns)))
        if spec.type not in types:
            message = f"{what} cannot take column {name}, which is of type {spec.type}."
            raise MappingError(value.line, message, f"Use a column of type {' or '.join(sorted(types))}.")
        return name

    def some(self, keys: Mapping[str, Value], key: str, what: str, types: frozenset[str]) -> str:
        """The column that `key` names, or an empty text where the key is absent."""
        return self.column(keys[key], f"{what}: {key}", types) if key in keys else ""

    def each(self, keys: Mapping[str, Value], key: str, what: str, types: frozenset[str]) -> tuple[str, ...]:
        """The column or the list of columns that `key` names."""
        if key not in keys:
            return ()
        value = keys[key]
        named = as_list(value, f"{what}: {key}") if isinstance(value, Sequence) else (value,)
        return tuple(self.column(one, f"{what}: {key}", types) for one in named)

    def source(self, value: Value, what: str, types: frozenset[str]) -> Source:
        """A column, or `{constant: value}`."""
        if not isinstance(value, Table):
            return Source(column=self.column(value, what, types))
        given = keys_of(value, what, required=frozenset({"constant"}), optional=NONE)["constant"]
        if not isinstance(given, Scalar) or given.value is None:
            raise MappingError(given.line, f"{what}: a constant is one value.", "Write {constant: value}.")
        return Source(constant=given.value)

    def spell(self, keys: Mapping[str, Value], what: str) -> Spell:
        """The columns of dates."""
        day, moment = frozenset({"date"}), frozenset({"datetime"})
        return Spell(
            valid_from=self.some(keys, "valid_from", what, day),
            valid_to=self.some(keys, "valid_to", what, day),
            at=self.some(keys, "at", what, moment),
        )

    def subject(self, keys: Mapping[str, Value], what: str) -> str:
        """The column that holds the key of the person spoken of."""
        return self.some(keys, "subject", what, KEY) or self.key

    def when(self, keys: Mapping[str, Value], what: str) -> Condition | None:
        """The condition, where there is one."""
        if "when" not in keys:
            return None
        what = f"{what}: when"
        table = as_table(keys["when"], what)
        given = keys_of(table, what, required=frozenset({"column"}), optional=frozenset({"equals"}))
        column = self.column(given["column"], what, TEXT_TYPES | {"flag", "date", "datetime", "number", "money"})
        if "equals" not in given:
            return Condition(column)
        value = given["equals"]
        wanted = as_list(value, f"{what}: equals") if isinstance(value, Sequence) else (value,)
        among = frozenset(as_text(one, f"{what}: equals") for one in wanted)
        codes = self.columns[column].codes
        if codes is not None and not among <= frozenset(codes.values()):
            remedy = f"Column {column} keeps: {', '.join(sorted(set(codes.values())))}."
            raise MappingError(value.line, f"{what}: equals names a code that column {column} never keeps.", remedy)
        return Condition(column, among)


def choice(value: Value, what: str, allowed: frozenset[str]) -> str:
    """One word of a closed list."""
    word = as_text(value, what)
    if word not in allowed:
        raise MappingError(value.line, f"{what} has an unknown value.", did_you_mean(word, allowed))
    return word


def parse_person(table: Table, scope: Scope) -> Template:
    """A `person` template."""
    what = "person"
    optional = frozenset(
        {"names", "birth_date", "sex", "identifiers", "phones", "emails", "protected", "protected_from"}
    )
    keys = keys_of(table, what, required=NONE, optional=optional | COMMON_KEYS)
    identifiers = scope.each(keys, "identifiers", what, IDENTIFIER_TYPES)
    if ("protected_from" in keys) != ("protected" in keys):
        # The column of the date is what the item identity.protected is supplied by.
        remedy = "Name both; cells of protected_from may be empty."
        raise MappingError(table.line, "person has only one of protected and protected_from.", remedy)
    names = as_list(keys["names"], "person: names") if "names" in keys else ()
    return PersonTemplate(
        subject=scope.subject(keys, what),
        names=tuple(_name(as_table(name, "person: a name"), scope) for name in names),
        birth_date=scope.some(keys, "birth_date", what, frozenset({"date", "partial_date"})),
        sex=scope.some(keys, "sex", what, frozenset({"sex"})),
        identifiers=tuple((column, _item_of(scope.columns[column])) for column in identifiers),
        phones=scope.each(keys, "phones", what, frozenset({"phone"})),
        emails=scope.each(keys, "emails", what, frozenset({"email"})),
        protected=choice(keys["protected"], "person: protected", PROTECTIONS) if "protected" in keys else "",
        protected_from=scope.some(keys, "protected_from", what, frozenset({"date"})),
        when=scope.when(keys, what),
    )


def parse_residence(table: Table, scope: Scope) -> Template:
    """A `residence` template."""
    what = "residence"
    keys = keys_of(
        table, what,
        required=frozenset({"lines"}), optional=frozenset({"postcode", "uprn", "kind"}) | SPELL_KEYS | COMMON_KEYS,
    )  # fmt: skip
    given = {key: scope.some(keys, key, what, frozenset({key})) for key in ("postcode", "uprn") if key in keys}
    return ResidenceTemplate(
        subject=scope.subject(keys, what),
        lines=scope.each(keys, "lines", what, frozenset({"text"})),
        kind=choice(keys["kind"], "residence: kind", RESIDENCE_KINDS) if "kind" in keys else "home",
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
        **given,
    )


def parse_membership(table: Table, scope: Scope) -> Template:
    """A `membership` template."""
    what = "membership"
    keys = keys_of(
        table, what, required=frozenset({"household"}), optional=frozenset({"role"}) | SPELL_KEYS | COMMON_KEYS
    )
    return MembershipTemplate(
        subject=scope.subject(keys, what),
        household=scope.some(keys, "household", what, KEY),
        role=_words(keys, "role", what, scope),
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
    )


def parse_relationship(table: Table, scope: Scope) -> Template:
    """A `relationship` template."""
    what = "relationship"
    keys = keys_of(table, what, required=frozenset({"other", "kind"}), optional=SPELL_KEYS | COMMON_KEYS)
    kind = scope.source(keys["kind"], "relationship: kind", frozenset({"code"}))
    spec = scope.columns.get(kind.column)
    kinds = frozenset((spec.codes or {}).values()) if spec else frozenset({str(kind.constant)})
    if not kinds <= RELATIONSHIP_KINDS or (spec and spec.keep_unlisted):
        remedy = f"Use {', '.join(sorted(RELATIONSHIP_KINDS))}; map the partner's codes to these."
        raise MappingError(keys["kind"].line, "relationship: kind can be a kind that the model does not know.", remedy)
    return RelationshipTemplate(
        subject=scope.subject(keys, what),
        other=scope.some(keys, "other", what, KEY),
        kind=kind,
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
    )


def _words(keys: Mapping[str, Value], key: str, what: str, scope: Scope) -> Source:
    if key not in keys:
        return Source()
    source = scope.source(keys[key], f"{what}: {key}", TEXT_TYPES)
    return source if source.column else Source(constant=str(source.constant))


def _name(table: Table, scope: Scope) -> NameTemplate:
    what = "person: a name"
    keys = keys_of(table, what, required=NONE, optional=frozenset({"family", "given", "title", "use"}))
    text = frozenset({"text"})
    family, given = scope.some(keys, "family", what, text), scope.each(keys, "given", what, text)
    if not (family or given):
        raise MappingError(table.line, "A name has neither family nor given.", "Name the columns of the name.")
    use = choice(keys["use"], f"{what}: use", NAME_USES) if "use" in keys else "usual"
    return NameTemplate(family=family, given=given, title=scope.some(keys, "title", what, text), use=use)


def _item_of(spec: ColumnSpec) -> str:
    return identifier_item(spec.scheme or spec.type)


PARSERS: Mapping[str, Callable[[Table, Scope], Template]] = {
    "person": parse_person,
    "residence": parse_residence,
    "membership": parse_membership,
    "relationship": parse_relationship,
}
