"""Others read the export as RDF: every statement has a subject with a name, and a question is answered right."""

import re
import socket

import pytest
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF

from agreements.odrl import export_odrl
from agreements.odrl_vocabulary import DEFAULT_BASE, PROFILE

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib.*")

ODRL = "http://www.w3.org/ns/odrl/2/"
WHO_MAY_SEE = """
PREFIX odrl: <http://www.w3.org/ns/odrl/2/>
PREFIX isa: <https://hearthgate.example/ns/isa#>
SELECT DISTINCT ?rule WHERE {
  VALUES ?role { <ROLE> }
  VALUES ?item { <ITEM> }
  ?agreement a odrl:Agreement ; odrl:permission ?rule .
  ?rule odrl:assignee ?readers ; odrl:action isa:action-view ; odrl:target ?cells .
  ?readers isa:agency ?agency ; isa:role ?named ; isa:family ?family .
  ?role odrl:partOf ?agency, ?named, ?family .
  ?cells isa:item ?pattern . ?item odrl:partOf? ?pattern .
  FILTER NOT EXISTS { ?cells isa:exceptItem ?except . ?item odrl:partOf? ?except }
}
"""


@pytest.fixture(scope="module")
def graph(northvale_documents):
    return Graph().parse(data=export_odrl(northvale_documents), format="json-ld")


def rules_that_show(graph, agency, role, item):
    names = {"ROLE": f"{DEFAULT_BASE}agency/{agency}/role/{role}", "ITEM": f"{DEFAULT_BASE}item/{item}"}
    question = re.sub("(?<=<)(ROLE|ITEM)(?=>)", lambda found: names[found[0]], WHO_MAY_SEE)
    prefix = f"{DEFAULT_BASE}agreement/"
    return sorted(str(row.rule).removeprefix(prefix) for row in graph.query(question))


def test_it_is_read_without_a_network(northvale_documents, monkeypatch):
    def refuse(*_):
        pytest.fail("the export sends its reader to the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)

    assert len(Graph().parse(data=export_odrl(northvale_documents), format="json-ld")) > 1000


@pytest.mark.parametrize(
    ("agency", "role", "item"),
    [
        ("northvale_council", "early_help_worker", "education.attendance"),
        ("northvale_council", "early_help_manager", "da.risk"),
        ("northvale_council", "mash_worker", "education.attendance"),
        ("northvale_council", "social_worker", "identity.former_name"),
        ("northvale_schools", "deputy_safeguarding_lead", "education.attendance"),
        ("brightwater_homes", "rent_officer", "education.attendance"),
        ("haven_refuge", "refuge_advocate", "address.protected_location"),
    ],
)
def test_a_query_finds_the_rules_that_the_engine_compiles(graph, northvale, agency, role, item):
    compiled = {
        permit.clause.replace("/", "/rule/")
        for key, rules in northvale.index.items()
        if (key[0], key[1], key[3]) == (agency, role, "view")
        for permit in rules.permits
        if any(item in northvale.vocabulary.items_of(permit.mask, source) for source in northvale.sources)
    }

    assert rules_that_show(graph, agency, role, item) == sorted(compiled)


def test_early_help_workers_see_attendance_under_one_rule(graph):
    found = rules_that_show(graph, "northvale_council", "early_help_worker", "education.attendance")

    assert found == ["ISA-NV-2026-014@1/rule/EH1"]


def test_every_node_has_a_name_and_every_property_a_vocabulary(graph):
    known = (ODRL, PROFILE, "https://w3id.org/dpv", "http://purl.org/dc/terms/", "http://www.w3.org/")

    assert not [node for node in graph.all_nodes() if isinstance(node, BNode)]
    assert not [name for name in set(graph.predicates()) if not str(name).startswith(known)]


def test_no_two_nodes_share_a_name(graph):
    for rule in set(graph.objects(predicate=URIRef(f"{ODRL}permission"))):
        assert len(list(graph.objects(rule, URIRef(f"{ODRL}target")))) == 1
        assert len(list(graph.subjects(URIRef(f"{ODRL}permission"), rule))) == 1
    for test in set(graph.subjects(RDF.type, URIRef(f"{ODRL}Constraint"))):
        assert len(list(graph.objects(test, URIRef(f"{ODRL}operator")))) == 1


@pytest.mark.parametrize(("kind", "operator"), [("permission", "eq"), ("prohibition", "neq")])
def test_an_unknown_state_meets_no_condition_and_lifts_no_prohibition(graph, kind, operator):
    rules = set(graph.objects(predicate=URIRef(ODRL + kind)))
    tests = {test for rule in rules for test in graph.objects(rule, URIRef(f"{ODRL}constraint"))}
    tests |= {test for together in tests for test in graph.objects(together, URIRef(f"{ODRL}or"))}
    states = {
        test for test in tests if str(graph.value(test, URIRef(f"{ODRL}leftOperand"))).startswith(f"{PROFILE}state-")
    }

    assert states
    assert {graph.value(test, URIRef(f"{ODRL}operator")) for test in states} == {URIRef(ODRL + operator)}


def test_a_choice_of_nobody_is_said_and_not_left_open(graph):
    rule = URIRef(f"{DEFAULT_BASE}agreement/ISA-NV-2026-014@1/rule/EH4")
    chosen = {
        str(value)
        for test in graph.objects(rule, URIRef(f"{ODRL}constraint"))
        if (test, RDF.type, URIRef(f"{PROFILE}RelationshipTest")) in graph
        for value in graph.objects(test, URIRef(f"{ODRL}rightOperand"))
    }

    assert chosen == {f"{PROFILE}nothing"}


def test_a_uk_basis_names_the_term_of_dpv_that_comes_nearest(graph):
    basis = URIRef(f"{DEFAULT_BASE}basis/6%281%29%28e%29")
    matches = set(graph.objects(basis, URIRef("http://www.w3.org/2004/02/skos/core#closeMatch")))

    assert matches == {URIRef("https://w3id.org/dpv/legal/eu/gdpr#A6-1-e")}
    assert (basis, RDF.type, URIRef("https://w3id.org/dpv#LegalBasis")) in graph


def test_dates_and_durations_are_typed(graph):
    until = URIRef(f"{DEFAULT_BASE}agreement/ISA-NV-2026-014@1/validity/to")
    instant = graph.value(until, URIRef(f"{ODRL}rightOperand"))

    assert isinstance(instant, Literal)
    assert instant.toPython().isoformat() == "2029-03-31T23:00:00+00:00"
