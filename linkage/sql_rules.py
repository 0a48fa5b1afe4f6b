"""The rules of `linkage.standardise` that are arithmetic and patterns, as SQL for columns whose values hardly repeat.

A name or a date recurs, so its rule runs once per distinct value in Python; a phone or an NHS number does not. Each
expression here takes a column of text and gives what the function of the same name gives, or NULL (tested to agree).
What is written as it is kept, as most values are, is let through before patterns are asked what may be mended.
"""

from linkage.standardise import NATIONAL_ID_LENGTHS

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
# White space of any kind, as Python's \s and strip have it: in a class of a pattern, and for the function trim.
_SPACE = r"\s\x0b\x1c-\x1f\x{85}\p{Z}"
_SPACES = "".join(filter(str.isspace, map(chr, range(0x3001))))
_NO_EMAIL = "^(no-?reply|none|unknown|noemail|no-?email|test|na|n/a|admin|info|enquiries)@"


def uprn(column: str) -> str:
    """A UPRN without leading zeros."""
    digits = f"ltrim({trimmed(column)}, '0')"
    rule = f"case when regexp_full_match({digits}, '[0-9]{{1,12}}') then {digits} end"
    return f"case when regexp_full_match({column}, '[1-9][0-9]{{0,11}}') then {column} else {rule} end"


def phone(column: str) -> str:
    """National digits of a UK number, or the digits with + from abroad."""
    compact = f"regexp_replace({column}, '\\(0\\)|[{_SPACE}().\\-/]', '', 'g')"
    plus = f"regexp_replace(regexp_replace({compact}, '^00', '+'), '^\\+440?', '0')"
    whole = f"case when regexp_full_match({plus}, '7[0-9]{{9}}') then '0' || {plus} else {plus} end"
    whole = f"({whole})"
    digits = f"ltrim({whole}, '+')"
    rule = (
        f"case when regexp_full_match({whole}, '\\+?[0-9]{{9,15}}') "
        f"and replace({digits}[3:], {digits}[3], '') <> '' then {whole} end"
    )
    usual = f"regexp_full_match({column}, '0[1-9][0-9]{{8,9}}') and replace({column}[3:], {column}[3], '') <> ''"
    return f"case when {usual} then {column} else {rule} end"


def email(column: str) -> str:
    """An address in lower case that is somebody's own."""
    lowered = f"lower({trimmed(column)})"
    return (
        f"case when regexp_full_match({lowered}, '[^@{_SPACE}]+@[^@{_SPACE}]+') "
        f"and not regexp_matches({lowered}, '{_NO_EMAIL}') then {lowered} end"
    )


def nhs_number(column: str) -> str:
    """Ten digits whose last is modulus 11 of the others (NHS Data Dictionary)."""
    compact = _compact(column)
    total = " + ".join(f"{11 - place} * {compact}[{place}]::int" for place in range(1, 10))
    return (
        f"case when regexp_full_match({compact}, '[0-9]{{10}}') and replace({compact}, {compact}[1], '') <> '' then "
        f"case when (11 - ({total}) % 11) % 11 = {compact}[10]::int then {compact} end end"
    )


def nino(column: str) -> str:
    """A National Insurance number by shape (HMRC NIM39110)."""
    compact = _compact(column)
    return (
        f"case when regexp_full_match({compact}, '[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{{6}}[A-D]?') "
        f"and {compact}[1:2] not in ('BG', 'GB', 'KN', 'NK', 'NT', 'TN', 'ZZ') then {compact} end"
    )


def upn(column: str) -> str:
    """A Unique Pupil Number, permanent or temporary: modulus 23 (DfE)."""
    compact = _compact(column)
    digits = " + ".join(f"{place} * {compact}[{place}]::int" for place in range(2, 13))
    end = f"{compact}[13]"
    last = f"case when {end} between '0' and '9' then {end}::int else strpos('{_UPN_LETTERS}', {end}) - 1 end"
    return (
        f"case when regexp_full_match({compact}, '[A-Z][0-9]{{12}}|[A-HJ-NP-RT-Z][0-9]{{11}}[A-HJ-NP-RT-Z]') then "
        f"case when '{_UPN_LETTERS}'[({digits} + 13 * ({last})) % 23 + 1] = {compact}[1] then {compact} end end"
    )


def national_id(column: str) -> str:
    """Any other number: what is written, without space around it; not what is too short for one, or dashes alone."""
    text = trimmed(column)
    return (
        f"case when length({text}) between {min(NATIONAL_ID_LENGTHS)} and {max(NATIONAL_ID_LENGTHS)} "
        f"and regexp_matches({text}, '[^-{_SPACE}]') then {text} end"
    )


def trimmed(column: str) -> str:
    """What is written, without white space of any kind around it."""
    return (
        f"case when regexp_matches({column}, '^[{_SPACE}]|[{_SPACE}]$') then trim({column}, '{_SPACES}') "
        f"else {column} end"
    )


def _compact(column: str) -> str:
    return f"upper(regexp_replace({column}, '[{_SPACE}-]', '', 'g'))"
