"""Names in any script: no word is cut at a vowel sign, and a whole run counts letters as a look-up of one pair does."""

from collections import Counter
from itertools import combinations
from random import Random
from unicodedata import category, normalize

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linkage.columns import connect, records_table
from linkage.compare import compare
from linkage.levels import COMPARISONS
from linkage.names import given_forms, words
from linkage.pairwise import level_of
from linkage.record import LinkIdentifier
from linkage.record_columns import Columns
from linkage.standardise import StandardRecord

# Latin with a letter that no accent is taken from, Devanagari with its signs, Cyrillic, Arabic, and one of four bytes.
ALPHABETS = ("abcdə", "रामकुिी्", "марияё", "محمدعلی", "𠮷野李王")
# More letters than there are bytes for.
MANY = "".join(map(chr, range(0x4E00, 0x4F00)))


@pytest.mark.parametrize(
    ("sent", "parts"),
    [
        ("राम कुमार", ("राम", "कुमार")),
        ("ਗੁਰਪ੍ਰੀਤ ਕੌਰ", ("ਗੁਰਪ੍ਰੀਤ", "ਕੌਰ")),
        ("মোহাম্মদ", ("মোহাম্মদ",)),
        ("முருகன்", ("முருகன்",)),
        ("ชูศรี", ("ชูศรี",)),
        ("がきこ", ("がきこ",)),
        # What is left out as often as written is left out.
        ("محمّد", ("محمد",)),
        ("مـحـمد", ("محمد",)),
        ("שָׁרוֹן", ("שרון",)),
        ("צ\u05f3ק", ("צק",)),
        ("\u200eعلی\u200cبیگ\u200f", ("علیبیگ",)),
    ],
)
def test_a_name_of_any_script_is_parted_between_its_words_alone(sent, parts):
    # Japanese signs of voice stand beside their letters in the form that is compared.
    assert words(sent) == tuple(normalize("NFKD", part) for part in parts)


@given(st.text(st.characters(categories=["L", "Mn", "Mc", "Zs"], include_characters="'-.\u200c\u0640"), max_size=20))
@settings(max_examples=300)
def test_no_mark_ends_a_word_and_standardising_twice_changes_nothing(text):
    once = words(text)

    assert words(" ".join(once)) == once
    assert all(category(part[0])[0] != "M" for part in once)


def test_a_given_name_with_vowel_signs_is_no_initial():
    assert given_forms("राम कुमार")[0] == "राम"


def odd_records(random, alphabets, size):
    """Records of short words in one alphabet or another, some of which are a slip or two apart."""

    def word(least=0):
        return "".join(random.choices(random.choice(alphabets), k=random.randint(least, 7)))

    def slip(text):
        at = random.randrange(len(text) + 1)
        return text[:at] + random.choice(("", *random.choice(alphabets))) + text[at + random.randint(0, 1) :]

    heap = [word(1) for _ in range(60)]
    for number in range(size):
        given_name, family, street, middle = (slip(slip(random.choice(heap))) for _ in range(4))
        yield StandardRecord(
            record_id=f"r{number:03d}", source="s", duplicate_free=None, given=given_name,
            givens=(given_name,) if given_name else (), middles=(middle,) if middle else (), family=family,
            families=(family,) if family else (), birth_date=None, sex=None,
            identifiers=(LinkIdentifier("national_id", slip(random.choice(heap)) or "1"),), postcodes=(), uprns=(),
            address_keys=(), phones=(), emails=(f"{slip(random.choice(heap))}@b.uk",), street=street,
            address=random.choice(("", f"{random.choice(('', '1', '2'))}|{slip(random.choice(heap)) * 3}")),
        )  # fmt: skip


@pytest.mark.parametrize("alphabets", [ALPHABETS, (ALPHABETS[0], MANY, MANY)])
@pytest.mark.parametrize("seed", range(3))
def test_words_of_any_script_are_as_near_in_a_whole_run_as_in_a_look_up(seed, alphabets):
    records = list(odd_records(Random(seed), alphabets, 60))  # noqa: S311 - invented words, no cryptography
    left, right = (np.array(side, dtype=np.int64) for side in zip(*combinations(range(len(records)), 2), strict=True))
    with connect() as connection:
        records_table(connection, records)
        compared = compare(Columns(connection), left, right)
    apart = Counter()
    for one, other, pattern in zip(compared.left, compared.right, compared.pattern, strict=True):
        for place, comparison in enumerate(COMPARISONS):
            if level_of(comparison, records[one], records[other]) != compared.patterns[pattern][place]:
                apart[comparison.name] += 1

    assert apart == {}
