"""The `records` of a mapping file: templates, each checked against the columns and the register of items."""

from collections.abc import Callable, Mapping
from typing import get_args

from adapters.tabular.columns import IDENTIFIER_TYPES, TEXT_TYPES, ColumnSpec
from adapters.tabular.document import (
    Table,
    Value,
    as_list,
    as_table,
    as_text,
    did_you_mean,
    keys_of,
)
from adapters.tabular.errors import MappingError
from adapters.tabular.scope import KEY_TYPES, Scope
from adapters.tabular.sources import Source
from adapters.tabular.templates import (
    MembershipTemplate,
    NameTemplate,
    PersonTemplate,
    RelationshipTemplate,
    ResidenceTemplate,
    Template,
    identifier_item,
)
from concept_model.household import RelationshipKind
from concept_model.person import Person, PersonName
from concept_model.place import Residence

NONE = frozenset[str]()
SPELL_KEYS = frozenset({"valid_from", "valid_to"})
COMMON_KEYS = frozenset({"when", "subject"})
PERSON_KEYS = frozenset({
    "names", "birth_date", "death_date", "sex", "ethnicity", "ethnicity_scheme", "identifiers", "phones", "emails",
    "protected", "protected_from",
})  # fmt: skip
NAME_KEYS = frozenset({"family", "given", "title", "use"})
RESIDENCE_KEYS = frozenset({"lines", "postcode", "uprn", "kind", "occurrence"}) | SPELL_KEYS
MEMBERSHIP_KEYS = frozenset({"household", "role"}) | SPELL_KEYS
OCCURRENCE_TYPES = TEXT_TYPES | {"date", "datetime", "number"}
RELATIONSHIP_KEYS = frozenset({"other", "kind"}) | SPELL_KEYS
NAME_USES = frozenset(get_args(PersonName.model_fields["use"].annotation))
RESIDENCE_KINDS = frozenset(get_args(Residence.model_fields["kind"].annotation))
PROTECTIONS = frozenset(
    kind for part in get_args(Person.model_fields["protected"].annotation) for kind in get_args(part)
)
RELATIONSHIP_KINDS = frozenset(get_args(RelationshipKind))


def choice(value: Value, what: str, allowed: frozenset[str]) -> str:
    """One word of a closed list."""
    word = as_text(value, what)
    if word not in allowed:
        raise MappingError(value.line, f"{what} has an unknown value.", did_you_mean(word, allowed))
    return word


def parse_person(table: Table, scope: Scope) -> Template:
    """A `person` template."""
    what = "person"
    keys = keys_of(table, what, required=NONE, optional=PERSON_KEYS | COMMON_KEYS)
    identifiers = scope.each(keys, "identifiers", what, IDENTIFIER_TYPES)
    if ("protected_from" in keys) != ("protected" in keys):
        # The column of the date is what the item identity.protected is supplied by.
        remedy = "Name both; cells of protected_from may be empty."
        raise MappingError(table.line, "person has only one of protected and protected_from.", remedy)
    if "ethnicity_scheme" in keys and "ethnicity" not in keys:
        raise MappingError(table.line, "person has an ethnicity_scheme without ethnicity.", "Name the column too.")
    names = as_list(keys["names"], "person: names") if "names" in keys else ()
    return PersonTemplate(
        subject=scope.subject(keys, what),
        names=tuple(_name(as_table(name, "person: a name"), scope) for name in names),
        birth_date=scope.some(keys, "birth_date", what, frozenset({"date", "partial_date"})),
        death_date=scope.some(keys, "death_date", what, frozenset({"date", "partial_date"})),
        sex=scope.some(keys, "sex", what, frozenset({"sex"})),
        ethnicity=scope.some(keys, "ethnicity", what, TEXT_TYPES),
        ethnicity_scheme=as_text(keys["ethnicity_scheme"], what) if "ethnicity_scheme" in keys else "",
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
    keys = keys_of(table, what, required=frozenset({"lines"}), optional=RESIDENCE_KEYS - {"lines"} | COMMON_KEYS)
    given = {key: scope.some(keys, key, what, frozenset({key})) for key in ("postcode", "uprn") if key in keys}
    return ResidenceTemplate(
        subject=scope.subject(keys, what),
        lines=scope.each(keys, "lines", what, frozenset({"text"})),
        kind=choice(keys["kind"], "residence: kind", RESIDENCE_KINDS) if "kind" in keys else "home",
        occurrence=scope.each(keys, "occurrence", what, OCCURRENCE_TYPES),
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
        **given,
    )


def parse_membership(table: Table, scope: Scope) -> Template:
    """A `membership` template."""
    what = "membership"
    needed = frozenset({"household"})
    keys = keys_of(table, what, required=needed, optional=MEMBERSHIP_KEYS - needed | COMMON_KEYS)
    return MembershipTemplate(
        subject=scope.subject(keys, what),
        household=scope.some(keys, "household", what, KEY_TYPES),
        role=_words(keys, "role", what, scope),
        spell=scope.spell(keys, what),
        when=scope.when(keys, what),
    )


def parse_relationship(table: Table, scope: Scope) -> Template:
    """A `relationship` template."""
    what = "relationship"
    needed = frozenset({"other", "kind"})
    keys = keys_of(table, what, required=needed, optional=RELATIONSHIP_KEYS - needed | COMMON_KEYS)
    kind = scope.source(keys["kind"], "relationship: kind", frozenset({"code"}))
    spec = scope.columns.get(kind.column)
    kinds = frozenset((spec.codes or {}).values()) if spec else frozenset({str(kind.constant)})
    if not kinds <= RELATIONSHIP_KINDS or (spec and spec.keep_unlisted):
        remedy = f"Use {', '.join(sorted(RELATIONSHIP_KINDS))}; map the partner's codes to these."
        raise MappingError(keys["kind"].line, "relationship: kind can be a kind that the model does not know.", remedy)
    return RelationshipTemplate(
        subject=scope.subject(keys, what),
        other=scope.key_of(keys["other"], "relationship: other"),
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
    keys = keys_of(table, what, required=NONE, optional=NAME_KEYS)
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
