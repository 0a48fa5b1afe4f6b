"""The rules of `linkage.standardise` that are arithmetic and patterns, as SQL for columns whose values hardly repeat.

A name or a date recurs, so its rule runs once per distinct value in Python; a phone or an NHS number does not. Each
expression here takes a column of text and gives what the function of the same name gives, or NULL (tested to agree).
"""

_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_NO_EMAIL = "^(no-?reply|none|unknown|noemail|no-?email|test|na|n/a|admin|info|enquiries)@"


def uprn(column: str) -> str:
    """A UPRN without leading zeros."""
    digits = f"ltrim(trim({column}), '0')"
    return f"case when regexp_full_match({digits}, '[0-9]{{1,12}}') then {digits} end"


def phone(column: str) -> str:
    """National digits of a UK number, or the digits with + from abroad."""
    compact = f"regexp_replace({column}, '\\(0\\)|[\\s().\\-/]', '', 'g')"
    plus = f"regexp_replace(regexp_replace({compact}, '^00', '+'), '^\\+440?', '0')"
    whole = f"case when regexp_full_match({plus}, '7[0-9]{{9}}') then '0' || {plus} else {plus} end"
    whole = f"({whole})"
    digits = f"ltrim({whole}, '+')"
    return (
        f"case when regexp_full_match({whole}, '\\+?[0-9]{{9,15}}') "
        f"and replace({digits}[3:], {digits}[3], '') <> '' then {whole} end"
    )


def email(column: str) -> str:
    """An address in lower case that is somebody's own."""
    lowered = f"lower(trim({column}))"
    return (
        f"case when regexp_full_match({lowered}, '[^@\\s]+@[^@\\s]+') and not regexp_matches({lowered}, '{_NO_EMAIL}') "
        f"then {lowered} end"
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
    """Any other number: what is written, without space around it."""
    return f"case when length(trim({column})) between 3 and 64 then trim({column}) end"


def _compact(column: str) -> str:
    return f"upper(regexp_replace({column}, '[\\s-]', '', 'g'))"
