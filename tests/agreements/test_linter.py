"""What the linter refuses: each fault is one change to a sound register, told with file, line, clause and remedy."""

import re

import pytest

from tests.agreements.small_register import AT, SmallRegister, agreement, basis, changed, gateway, permit

LINE = re.compile(r"^(agreements|dpias)/\S+\.yaml:[1-9]\d*: \S+: .+; .+$|^\w+\.yaml:[1-9]\d*: \S+: .+; .+$")


def faults_of(tmp_path, one, **files):
    small = SmallRegister(tmp_path, one)
    for name, change in files.items():
        change(small.files[f"{name}.yaml"])
    return small.faults()


def with_party(agency, does=("discloses", "receives"), law="POWER", **more):
    """The sound agreement with one more party, its gateway and its basis."""
    one = agreement()
    one["parties"]["controllers"].append({"id": agency, "does": list(does), "ico_registration": "Z9"})
    one["legal"]["gateways"].append({"id": law, "covers": [agency]})
    one["legal"]["article_6"].append({"basis": "A6", "parties": [agency], "law": "Act"})
    return one | more


def police(*, law="POWER", purposes=("help",), recipient="council", data=("crime.offence",)):
    """The police supply crime, an offence that needs Article 10, for the purposes named."""
    one = with_party("police", law=law)
    one["legal"]["article_10"] = [{"basis": "A10", "data": ["crime.*"]}]
    one["purposes"] = [{"id": purpose, "necessity": "It is needed."} for purpose in purposes]
    one["supply"] = [
        {"id": "L1", "party": "police", "sources": ["crimes"], "data": list(data), "necessity": "It is needed."}
    ]
    one["rules"] = [
        permit(recipients=[{"agency": recipient}], purposes=list(purposes), sources=["crimes"], data=list(data))
    ]
    return one


def school(*, law="POWER", directions=("view",), data=("education.attendance",)):
    one = with_party("school", law=law)
    one["supply"] = [
        {"id": "L1", "party": "school", "sources": ["roll"], "data": list(data), "necessity": "It is needed."}
    ]
    one["rules"] = [permit(directions=list(directions), sources=["roll"], data=list(data))]
    return one


def electors(*purposes):
    one = agreement(purposes=[{"id": purpose, "necessity": "It is needed."} for purpose in purposes])
    one["supply"] = [
        {"id": "L1", "party": "council", "sources": ["electors"], "data": ["address.residence"],
         "necessity": "It is needed."}
    ]  # fmt: skip
    one["rules"] = [permit(purposes=list(purposes), sources="*", data=["address.residence"])]
    return one


def reserved(content):
    content["sources"][4]["reserved_under"] = "ELECTORS"


def rule(effect="never_both", **more):
    return {
        "id": "N1", "effect": effect, "recipients": [{"agency": "*"}], "purposes": "*",
        "keep": {"sources": ["homes"], "data": ["housing.arrears"]},
        "withhold": {"sources": ["homes"], "data": ["housing.tenancy"]}, "reason": "The two find a person.",
    } | more  # fmt: skip


def ruled(*rules):
    return agreement(rules=[permit(), *rules])


def plain(**change):
    return changed(agreement(), **change)


SPECIAL = [
    {"id": "L1", "party": "landlord", "sources": ["homes"], "data": ["health.flag"], "necessity": "It is needed."}
]
GLASS = {
    "recipients": [{"agency": "council"}], "widens": ["R1"], "requires": ["free_text_reason"],
    "second_person_within_hours": 24, "expires_minutes": 60, "alerts": ["council/worker"],
}  # fmt: skip
REFER = permit(id="R2", effect="refer", to="police/worker", within="PT24H", message="Ask the police.")
del REFER["necessity"]

FAULTS = {
    "guidance is no power": (plain(legal__gateways=[{"id": "GUIDE", "covers": ["council", "landlord"]}]), "no power"),
    "an exemption is no power": (
        plain(legal__gateways=[{"id": "EXEMPT", "covers": ["council", "landlord"]}]), "no power to share",
    ),
    "a gateway of schools covers no landlord": (
        plain(legal__gateways=[{"id": "SCHOOLS", "covers": ["landlord"]}, {"id": "POWER", "covers": ["council"]}]),
        "does not cover landlord, a body of the kind registered provider of social housing",
    ),
    "a disclosing party without a gateway of its own": (
        plain(legal__gateways=[{"id": "POWER", "covers": ["council"]}]), "no gateway of its own",
    ),
    "a party without an Article 6 basis": (
        plain(legal__article_6=[{"basis": "A6", "parties": ["council"], "law": "Act"}]), "its own basis",
    ),
    "a basis that is not for a public body": (
        plain(legal__article_6=[{"basis": "A6-PRIVATE", "parties": ["council", "landlord"], "law": "Act"}]),
        "is not for council",
    ),
    "a special item supplied without its condition": (plain(supply=SPECIAL), "health.flag has no Article 9"),
    "a special item named in a permit without its condition": (
        ruled(permit(id="R2", data=["housing.arrears", "health.flag"])), "health.flag has no Article 9",
    ),
    "a condition without its policy document": (
        plain(legal__article_9=[{"basis": "A9", "data": ["health.*"]}]), "appropriate policy document",
    ),
    "law-enforcement facts that no gateway lets leave Part 3": (police(), "lets it leave"),
    "a Part 3 purpose read by no competent authority": (
        police(law="OUT", purposes=("catch",)), "is for competent authorities",
    ),
    "law good for statistics alone": (school(law="FIGURES"), "nothing school rests on here is good for `view`"),
    "the electoral register for a welfare purpose": (electors("help"), "keeps electors from the purpose help"),
    "joined records without joint controllers": (
        plain(supply=[*agreement()["supply"], {"id": "L2", "party": "council", "sources": ["case"], "data": ["*"],
                                               "exclude": ["health.*"], "necessity": "It is needed."}],
              rules=[permit(sources="*", data=["identity.name", "housing.tenancy"], directions=["match"])]),
        "control the index jointly",
    ),
    "joint controllers whose summary is in no published place": (
        plain(parties__relationship="joint_controllers", parties__article_26_summary="in a drawer"), "published",
    ),
    "never both with a cell on both sides": (
        ruled(rule(withhold={"sources": ["homes"], "data": ["housing.*"]})), "a cell stands on both sides",
    ),
    "never both over an unknown item": (ruled(rule(keep={"sources": ["homes"], "data": ["gossip.*"]})), "no data item"),
    "never both over an unknown source": (ruled(rule(keep={"sources": ["pub"], "data": ["*"]})), "not registered"),
    "never both for nobody": (ruled(rule(recipients=[{"family": "ghosts"}])), "no registered role"),
    "an exception for nobody": (ruled(rule(except_recipients=[{"family": "ghosts"}])), "no registered role"),
    "a task for a body that is no party": (ruled(REFER), "nobody may act for a body that is no party"),
    "supply from another's source": (
        plain(supply=[agreement()["supply"][0] | {"party": "council"}]), "nobody may supply for another agency",
    ),
    "a memorandum that moves data": (agreement(tier="memorandum"), "a memorandum moves no data"),
    "a licence of two givers": (agreement(tier="data_use_licence"), "given by one party alone"),
    "a licence with break-glass": (
        changed(agreement(tier="data_use_licence", break_glass=GLASS), parties__controllers=[
            agreement()["parties"]["controllers"][0] | {"does": ["receives"]},
            agreement()["parties"]["controllers"][1],
        ]), "no break-glass",
    ),
    "an agreement of one": (
        plain(parties__controllers=[agreement()["parties"]["controllers"][0]]), "joins at least two parties",
    ),
    "nobody bound to act on a breach": (
        agreement(obligations=[one for one in agreement()["obligations"] if "breach" not in one["on"]]),
        "nobody is bound to act on personal_data_breach",
    ),
    "an agreement that supplies nothing": (agreement(supply=[]), "moves data and says nothing here"),
    "a purpose its assessment does not approve": (
        agreement(purposes=[{"id": "ghosts", "necessity": "It is needed."}]), "does not approve it",
    ),
    "in force before its assessment was approved": (plain(validity__from="2026-02-01"), "was approved"),
    "a review outside validity": (plain(validity__review="2027-04-01"), "outside validity"),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_place_and_remedy(tmp_path, fault):
    one, words = FAULTS[fault]
    change = {"sources": reserved} if "electoral" in fault else {}
    faults = faults_of(tmp_path, one, **change)
    assert [told for told in faults if words in told], faults
    assert all(LINE.match(told) for told in faults), faults


SOUND = {
    "the agreement that the faults are made from": (agreement(), {}),
    "what leaves Part 3 under law that says so": (police(law="OUT"), {}),
    "a Part 3 purpose read by the police": (police(law="POWER", purposes=("catch",), recipient="police"), {}),
    "statistics under law good for statistics": (school(law="FIGURES", directions=("statistic",)), {}),
    "figures without persons under the same law": (school(law="FIGURES", data=("place.crime",)), {}),
    "the electoral register for statistics": (electors("figures"), {"sources": reserved}),
    "never both with sides apart": (ruled(rule()), {}),
    "a school under law of schools": (school(law="SCHOOLS"), {}),
    "a memorandum that forbids": (
        agreement(tier="memorandum", purposes=[], supply=[], dpia=None, obligations=[], rules=[
            {"id": "X1", "effect": "prohibit", "recipients": [{"agency": "*"}], "purposes": "*", "sources": "*",
             "data": ["health.*"], "reason": "Nobody may see it."},
        ]), {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("sound", SOUND)
def test_what_is_sound_is_not_blamed(tmp_path, sound):
    one, files = SOUND[sound]
    assert faults_of(tmp_path, one, **files) == []


def edited(part, number, **more):
    def change(content):
        content[part][number] |= more

    return change


LISTS = {
    "a Part 3 source of no competent authority": ("sources", edited("sources", 0, regime="dpa_part_3"), "competent"),
    "a decider who is nobody there": ("agencies", edited("agencies", 0, decider="judge"), "no role of this agency"),
    "a team told by two names": (
        "agencies", edited("agencies", 0, teams=[{"name": "N", "told_as": "A"}, {"name": "n ", "told_as": "B"}]),
        "a team stands here twice",
    ),
    "a team told by a name that is not told": (
        "agencies", edited("agencies", 0, teams=[{"name": "N", "told_as": "S"}, {"name": "S", "told_as": "A"}]),
        "itself told otherwise",
    ),
    "a source under no known reservation": ("sources", edited("sources", 0, reserved_under="MOON"), "no such reserv"),
    "a source of nobody": ("sources", edited("sources", 0, owner="nobody"), "no such agency"),
    "law said to be read and not where": (
        "gateways", edited("gateways", 0, confirmation="text_read"), "does not say what was read",
    ),
    "law that ends before it begins": ("gateways", edited("bases", 0, ended="1999-01-01"), "ends before it begins"),
    "law entered twice": ("gateways", lambda law: law["gateways"].append(gateway("POWER")), "used twice"),
    "a basis entered twice": ("gateways", lambda law: law["bases"].append(basis("A6", 6)), "used twice"),
    "a purpose entered twice": (
        "purposes", lambda all_: all_["purposes"].append({"id": "help", "title": "Help"}), "used twice",
    ),
    "an assessment of an unknown purpose": ("dpias/one", lambda one: one["purposes"].append("ghosts"), "no such purp"),
    "an assessment of an unknown item": ("dpias/one", lambda one: one["data"].append("gossip.*"), "no data item"),
    "an assessment that leaves a high risk": ("dpias/one", lambda one: one.update(residual_risk="high"), "Article 36"),
    "an assessment reviewed before it was approved": (
        "dpias/one", lambda one: one.update(next_review="2026-02-01"), "not after the approval",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", LISTS)
def test_a_fault_of_a_list_is_told_with_its_place_and_remedy(tmp_path, fault):
    name, change, words = LISTS[fault]
    small = SmallRegister(tmp_path)
    change(small.files[f"{name}.yaml"])
    faults = small.faults()
    assert [told for told in faults if words in told and told.startswith(f"{name}.yaml:")], faults
    assert all(LINE.match(told) for told in faults), faults


def test_all_faults_are_told_at_once_the_signed_folders_among_them(tmp_path):
    small = SmallRegister(tmp_path, plain(validity__review="2030-01-01"), agreement(id="ISA-T-2", obligations=[]))
    small.files["gateways.yaml"]["gateways"][0]["confirmation"] = "text_read"
    small.sign("ISA-T-2@1", by=("council", "police")).happens("activated", AT, "ISA-T-9@1")
    faults = small.faults(signed=True)
    for words in (
        "outside validity", "nobody is bound to act on personal_data_breach", "does not say what was read",
        "signed by a body that is no party", "speaks of a version that is not in the register",
    ):  # fmt: skip
        assert any(words in told for told in faults), words
