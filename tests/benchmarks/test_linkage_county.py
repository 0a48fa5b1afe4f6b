"""The generated county is a fair judge only if what it claims to hold is in it."""

import ast
from pathlib import Path

import duckdb
import pytest

from benchmarks.linkage_county.files import generate_county
from concept_model.identifiers import is_nhs_number, is_upn

ROOT = Path(__file__).resolve().parents[2]
RECORDS = 12_000


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    paths = generate_county(RECORDS, 7, tmp_path_factory.mktemp("county") / "county.parquet")
    store = duckdb.connect()
    for name, path in paths.items():
        store.execute(f"create view {name} as from read_parquet('{path}')")
    store.execute("create view whole as select r.*, l.* exclude (source, source_key, sex), l.sex as true_sex "
                  "from records r join labels l using (source, source_key)")  # fmt: skip
    return store, paths


def one(store, query):
    return store.execute(query).fetchone()[0]


def test_there_are_as_many_rows_as_asked_for_from_twenty_sources_each_with_its_label(county):
    store, _ = county

    assert one(store, "select count(*) from records") == RECORDS
    assert one(store, "select count(*) from whole") == RECORDS
    assert one(store, "select count(distinct source) from records") == 20
    assert one(store, "select count(distinct source || source_key) from records") == RECORDS


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(county, tmp_path):
    _, paths = county
    again = generate_county(RECORDS, 7, tmp_path / "again.parquet")
    other = generate_county(RECORDS, 8, tmp_path / "other.parquet")

    for name, path in paths.items():
        assert again[name].read_bytes() == path.read_bytes()
        assert other[name].read_bytes() != path.read_bytes()


def test_the_hard_cases_are_there(county):
    store, _ = county
    two = "from whole a join whole b on a.household_truth = b.household_truth and a.person_truth < b.person_truth"

    assert one(store, "select count(distinct person_truth) from labels where twin") > 20
    assert one(store, f"select count(*) {two} and a.birth_date = b.birth_date and a.twin and b.twin") > 10
    namesakes = "lower(a.given_name) = lower(b.given_name) and lower(a.family_name) = lower(b.family_name)"
    assert one(store, f"select count(*) {two} and {namesakes} and a.age_band != b.age_band") > 3
    assert one(store, "select count(*) from residences where kind = 'second'") > 10
    assert {"communal", "shared house", "flat", "house"} <= {
        kind for (kind,) in store.execute("select distinct home_kind from labels").fetchall()
    }
    assert one(store, "select count(distinct name_group) from labels") == 15
    assert 0 < one(store, "select avg(new_arrival::int) from labels") < 0.1


def test_dates_are_in_order_and_nobody_is_seen_before_birth(county):
    store, _ = county

    assert one(store, "select count(*) from records where seen_from > seen_to or seen_to > '2026-06-01'") == 0
    early = "seen_to < birth_date and given_name not like 'Baby%'"
    # A date of birth that was written down wrongly may lie after the contact; a right one never does.
    assert one(store, f"select avg(({early})::int) from whole where birth_date is not null") < 0.001  # noqa: S608
    assert one(store, "select count(*) from residences where lives_to <= lives_from") == 0
    overlapping = """
        from residences a join residences b using (person_truth, kind)
        where a.lives_from < b.lives_from and coalesce(a.lives_to, '9') > b.lives_from
    """
    assert one(store, f"select count(*) {overlapping}") == 0


def test_most_rows_tell_of_the_home_where_the_person_lived_then(county):
    store, _ = county
    right = """
        select avg((exists (select 1 from residences h where h.person_truth = w.person_truth and h.uprn = w.uprn
            and h.lives_from <= w.seen_to and coalesce(h.lives_to, '9') >= w.seen_from))::int)
        from whole w where w.uprn is not null
    """

    assert 0.93 < one(store, right) < 0.995


def test_identifiers_are_kept_by_their_sectors_alone_and_nearly_all_are_well_formed(county):
    store, _ = county
    holders = {
        name: {source for (source,) in store.execute(
            f"select distinct source from records where {name} is not null").fetchall()}  # noqa: S608
        for name in ("nhs_number", "nino", "upn")
    }  # fmt: skip

    assert holders["upn"] == {"school_census"}
    assert holders["nino"] == {"housing_tenancies", "housing_register", "housing_benefit", "universal_credit"}
    assert "police" not in holders["nhs_number"] | holders["nino"] | holders["upn"]
    for name, sound in (("nhs_number", is_nhs_number), ("upn", is_upn)):
        values = [
            value
            for (value,) in store.execute(f"select {name} from records where {name} is not null").fetchall()  # noqa: S608
        ]
        wrong = sum(not sound(value) for value in values) / len(values)
        assert 0 < wrong < 0.008


def test_a_person_has_one_number_but_for_slips_and_relatives(county):
    store, _ = county
    several = "select count(*) from (select 1 from whole group by person_truth having count(distinct nhs_number) > 1)"

    assert 0 < one(store, several) < 0.02 * one(store, "select count(distinct person_truth) from whole")


def test_the_generator_knows_nothing_of_the_linker():
    for path in (ROOT / "benchmarks" / "linkage_county").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            modules = [alias.name for alias in getattr(node, "names", [])] + [getattr(node, "module", None) or ""]
            assert not [name for name in modules if name.split(".")[0] in {"linkage", "gateway", "concept_model"}]
