"""S10: figures with n = 1 are suppressed, every figure is an entry, and nothing but its own source moves it."""

import pytest

from gateway.errors import AccessRefusedError, NotFoundError
from gateway.usecases.families.figures import FigureRequest, make_figure
from insight.suppression import THRESHOLD
from tests.gateway.northvale_world import CONTEXT

ANALYST, FRAUD, RENT, POLICE_ANALYST = "W604", "W502", "B101", "C101"
DISCOUNTS = ("single_person_discounts", "postcode_district")
SUSPENDED = ("suspended_pupils", "school_year")
ARREARS = ("tenants_in_arrears", "arrears_stage")


def figure(northvale, worker, asked, purpose="statistics", base=1):
    request = FigureRequest(purpose, *asked, base)
    return make_figure(northvale.wiring, CONTEXT, northvale.reader(worker), request)


def groups(answer):
    return {one.group: one.count for one in answer.table.figures}


def entries(northvale):
    return northvale.count("SELECT count(*) FROM audit.entry")


def plant_discounts(northvale, district, count):
    """Households of one person each, as the council tax department sends them."""
    lines = ["account_ref,person_ref,surname,forename,line1,postcode,band,liable_from,discount_code,discount_start"]
    lines += [
        f"{district}A{n},{district}P{n},Tester,Single,{n} Example Street,{district} 1AA,A,2020-01-01,SPD,2020-01-01"
        for n in range(count)
    ]
    northvale.push("council-tax", "\n".join(lines).encode(), f"planted-{district}")


@pytest.mark.parametrize("purpose", ["statistics", "council_tax_fraud"])
def test_the_district_with_one_household_stays_back_and_takes_another_with_it(northvale, purpose):
    for district, count in (("ZX1", 1), ("ZX2", 30), ("ZX3", 40)):
        plant_discounts(northvale, district, count)
    answer = groups(figure(northvale, FRAUD, DISCOUNTS, purpose))

    assert answer["ZX1"] is None
    assert answer["ZX3"] == 40
    assert sum(count is None for count in answer.values()) >= 2
    assert all(count >= THRESHOLD for count in answer.values() if count is not None)


def test_the_households_of_the_scene_stay_back(northvale):
    """The lighthouse is the one household of its district."""
    postcode = northvale.sql(
        "SELECT value->>'postcode' AS postcode FROM hearth.fact WHERE value->>'lines' LIKE '%Lighthouse%' LIMIT 1"
    )[0].postcode
    district = postcode.split()[0]

    assert groups(figure(northvale, FRAUD, DISCOUNTS))[district] is None


def test_counts_agree_with_the_records_of_the_source(northvale):
    plant_discounts(northvale, "ZX3", 40)
    counted = northvale.sql("SELECT * FROM hearth.count_discounts_by_district(:day)", day=northvale.clock.now.date())
    records = northvale.count(
        "SELECT count(DISTINCT record_id) FROM hearth.fact JOIN hearth.item USING (item_no)"
        " WHERE name = 'ctax.discount' AND value->>'code' = 'SPD'"
    )

    assert sum(row.entries for row in counted) == records
    assert {row.label: row.entries for row in counted}["ZX3"] == 40


def test_no_other_source_moves_a_figure(northvale):
    before = groups(figure(northvale, FRAUD, DISCOUNTS))
    northvale.sql(
        "DELETE FROM hearth.fact USING hearth.source"
        " WHERE fact.source_no = source.source_no AND source.name <> 'council_tax'"
    )
    northvale.sql("DELETE FROM hearth.link")

    assert groups(figure(northvale, FRAUD, DISCOUNTS)) == before


@pytest.mark.parametrize("asked", [SUSPENDED, ARREARS])
def test_the_analyst_makes_the_figures_that_the_register_allows(northvale, asked):
    answer = figure(northvale, ANALYST, asked)

    assert answer.agreements == ("ISA-NV-2026-022@1/ST1",)
    assert answer.table.figures
    assert all(count is None or count == 0 or count >= THRESHOLD for count in groups(answer).values())


def test_a_figure_is_an_authorisation_and_an_outcome(northvale):
    before = entries(northvale)
    figure(northvale, ANALYST, ARREARS)

    assert entries(northvale) - before == 2
    written = northvale.sql(
        "SELECT o.fields #>> '{agreements,1}' AS agreements, o.fields #>> '{legal_basis,1}' AS basis"
        " FROM audit.entry e JOIN audit.opening o USING (entry_id) ORDER BY e.entry_id DESC LIMIT 2"
    )
    assert {row.agreements for row in written} == {'["ISA-NV-2026-022@1/ST1"]'}
    assert all("6(1)" in row.basis for row in written)


@pytest.mark.parametrize(
    ("worker", "asked", "purpose"),
    [
        (ANALYST, DISCOUNTS, "statistics"),
        (ANALYST, ARREARS, "early_help"),
        (FRAUD, SUSPENDED, "statistics"),
        (FRAUD, ARREARS, "council_tax_fraud"),
        (FRAUD, DISCOUNTS, "early_help"),
        (RENT, ARREARS, "statistics"),
        (POLICE_ANALYST, SUSPENDED, "statistics"),
        (ANALYST, ARREARS, "no such purpose"),
    ],
)
def test_any_other_figure_is_refused_and_the_attempt_is_one_entry(northvale, worker, asked, purpose):
    before = entries(northvale)
    with pytest.raises(AccessRefusedError):
        figure(northvale, worker, asked, purpose)

    assert entries(northvale) - before == 1


@pytest.mark.parametrize("asked", [("pupils_by_name", "school_year"), ("suspended_pupils", "postcode_district")])
def test_what_is_not_on_the_list_is_not_there(northvale, asked):
    with pytest.raises(NotFoundError):
        figure(northvale, ANALYST, asked)


def test_rounded_figures_are_multiples_of_five(northvale):
    plant_discounts(northvale, "ZX3", 42)
    rounded = groups(figure(northvale, FRAUD, DISCOUNTS, base=5))

    assert rounded["ZX3"] == 40


def test_the_role_that_counts_reads_no_fact(northvale):
    for table in ("hearth.fact", "hearth.link", "hearth.person"):
        assert not northvale.count("SELECT has_table_privilege('hg_search', :table, 'SELECT')::int", table=table)
    assert not northvale.count(
        "SELECT has_function_privilege('hg_search', 'hearth.newest_facts(text, text)', 'EXECUTE')::int"
    )
