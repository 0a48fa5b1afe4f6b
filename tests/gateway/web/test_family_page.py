"""The family page from a profile built by hand: what it says, in whose words, and what it never does."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.profiles.views import WithheldLine
from gateway.web.render import render_html
from gateway.web.views.families import family_view
from tests.gateway.web.profiles import AISHA, HEAD, RECEIPT, address, fact, identity, profile

CITES = {"CA2004-s10": "Children Act 2004 s.10"}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{ 7*7 }}"


def page(shown=None):
    view = family_view(shown or profile(), RECEIPT, "Decide on a referral at the MASH front door", CITES)
    href = f"/receipts/{view.receipt_id}"
    return render_html("family.html", "nonce", HEAD, title=view.heading, family=view, receipt_href=href)


def text_of(html):
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    "words",
    [
        "Family of Aisha Cole",
        "You may tell the school's safeguarding lead this.",
        "Darren Cole is a parent of Aisha Cole (Housing management)",
        "12 March 2016 Police records, 14 November 2026",
        "17 Alder Court, Northvale, NV1 0AB Newest since 26 October 2026",
        "3 Mill Lane, NV1 0AB 11 May 2020 to 26 October 2026",
        "Reported to police, not proven Disputed Not proven Darren Cole, as a suspect 14 October 2026 at 10:40pm",
        "No further action: evidential difficulty, the victim does not support",
        "Reported to police. No further action. Not proof that it happened.",
        "Arrears £1,210",
        "Probably the same person. Check a date of birth with them before you act.",
        "Northvale NHS holds 3 entries you cannot see for this purpose.",
        "Police records 14 November 2026 Benefit records No data yet",
        "Law: Children Act 2004 s.10. Basis: public task (UK GDPR Article 6(1)(e)).",
        "On disclosure: recipient record the reason at once",
        "This page shows what your role may see. Some things may be left out.",
        "You looked at this page on 16 November 2026 at 8:10am.",
    ],
)
def test_the_page_says(words):
    assert words in text_of(page()).replace("&#39;", "'")


def test_involved_professionals_come_before_the_members():
    text = text_of(page())
    assert text.index("Grace Adebayo") < text.index("The family")


def test_an_address_that_two_sources_give_stands_once_with_both():
    text = text_of(page())
    assert text.count("17 Alder Court") == 1
    assert "Housing management, received 10 November 2026; Police records, received 14 November 2026" in text


def test_sources_that_disagree_are_both_shown():
    aisha = identity("Aisha Cole")
    other = replace(aisha.birth_dates[0], value="2016-12-03", sources=("School records",))
    member = replace(profile().members[0], identity=replace(aisha, birth_dates=(*aisha.birth_dates, other)))
    text = text_of(page(profile(members=(member,))))
    assert "12 March 2016 Police records" in text
    assert "3 December 2016 School records" in text


def test_a_family_without_a_name_for_this_reader_has_a_heading_all_the_same():
    member = replace(profile().members[0], identity=identity(""))
    text = text_of(page(profile(members=(member,))))
    assert "A family" in text
    assert "Name not shown to your role" in text


@pytest.mark.parametrize(
    ("form", "remark"),
    [("presence", "Your role sees only that there is an entry"), ("month", "Your role sees the month only")],
)
def test_a_coarser_form_is_said(form, remark):
    assert remark in text_of(page(profile(events=(fact(form=form, values={}, at=None, valid_from="2026-10"),))))


def test_an_unknown_code_is_shown_as_it_is():
    assert "ZZ9" in text_of(page(profile(events=(fact(values={"outcome": "ZZ9"}),))))


def test_an_empty_family_page_still_has_its_foot_and_its_receipt():
    bare = profile(
        relationships=(), addresses=(), circumstances=(), events=(), professionals=(), withheld=(), agreements=(),
        advice=(),
    )  # fmt: skip
    text = text_of(page(bare))
    assert "No professional that you may see is recorded." in text
    assert str(RECEIPT.entry_id) in text


def test_a_page_on_which_nobody_may_be_shown_says_so_and_that_it_proves_nothing():
    bare = profile(
        members=(), relationships=(), addresses=(), circumstances=(), events=(), professionals=(), withheld=(),
        agreements=(), advice=(),
    )  # fmt: skip
    text = text_of(page(bare))
    assert "We found nothing you may see. What we hold: Police records to 14 November 2026." in text
    assert "This is not proof that nothing happened." in text
    assert "The family" not in text
    assert "Why you may see this" not in text


def test_a_school_of_which_a_feed_tells_the_number_alone_has_the_name_that_another_entry_gives_it():
    def enrolled(**values):
        return fact(item="education.enrolment", label="School", block="circumstances", values=values)

    said = {"school": "Mill Lane School", "urn": "990101", "status": "left"}
    alone = page(profile(circumstances=(enrolled(school="990101", urn="990101", year_group="6"),)))
    beside = page(profile(circumstances=(enrolled(school="990101", urn="990101"), enrolled(**said))))

    assert "School number (URN) 990101 Year group 6" in text_of(alone)
    assert "School 990101" not in text_of(alone)
    assert text_of(beside).count("School Mill Lane School School number (URN) 990101") == 2


def test_how_to_reach_somebody_safely_comes_before_everything_else():
    safe = fact(item="contact.safe", label="Safe way to make contact", block="circumstances", values={"never": "visit"})
    marked = fact(item="identity.protected", label="Location protected", block="household", values={"kind": "refuge"})
    text = text_of(page(profile(circumstances=(*profile().circumstances, safe, marked))))
    first, _, others = text.partition("Who is involved")

    for words in ("Before you make contact", "Safe way to make contact", "Location protected"):
        assert words in first
        assert words not in others
    assert "Before you make contact" not in text_of(page())


def test_what_several_owners_withhold_in_the_same_words_is_said_once():
    protected = WithheldLine("Haven Refuge", "exists", "Location protected: call the desk", None)
    lines = (protected, replace(protected, owner="Brightwater Homes"), replace(protected, owner="Northvale Council"))
    assert text_of(page(profile(withheld=lines))).count("Location protected: call the desk") == 1


def hostile_profile(words):
    bad = identity(words)
    members = tuple(replace(member, identity=bad, match=words) for member in profile().members)
    coded = fact(values={"title": words, "outcome": words}, role=words, note=words, label=words, form=words)
    return profile(
        members=members, events=(coded,), circumstances=(coded,), professionals=(coded,), advice=(words,), foot=words,
        addresses=(address(lines=(words,), postcode=words, kind=words),),
        withheld=tuple(replace(line, sentence=words) for line in profile().withheld),
    )  # fmt: skip


def test_hostile_words_are_shown_and_never_run():
    html = page(hostile_profile(HOSTILE))
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "49" not in text_of(html).replace(str(RECEIPT.entry_id), "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    plain = Tags(page()).found
    assert {tag for tag, _ in Tags(html).found} <= {tag for tag, _ in plain}


@given(st.text(alphabet=st.sampled_from("<>&\"'`={}/ a\u2028\x00%#"), min_size=1, max_size=30))
def test_no_text_makes_an_element_or_an_attribute(words):
    expected = Tags(page(hostile_profile("x"))).found
    found = Tags(page(hostile_profile(words))).found
    assert [tag for tag, _ in found] == [tag for tag, _ in expected]
    assert [sorted(attrs) for _, attrs in found] == [sorted(attrs) for _, attrs in expected]


def test_no_address_of_the_page_holds_anything_personal():
    tags = Tags(page()).found
    addresses = [attrs[name] for _, attrs in tags for name in ("href", "src", "action") if attrs.get(name)]
    allowed = re.compile(
        r"#[a-z-]+|/|/(purpose|search|sign-out)|/static/[\w./-]+\?v=0|/(families|receipts)/[0-9a-f-]{36}"
    )
    assert addresses
    assert [one for one in addresses if not allowed.fullmatch(one)] == []


def test_the_page_runs_no_script_and_no_style_of_its_own_without_the_nonce():
    for tag, attrs in Tags(page()).found:
        assert not [name for name in attrs if name.startswith("on") or name == "style"]
        assert tag != "style"
        if tag == "script":
            assert attrs.get("nonce") == "nonce" or attrs.get("src", "").startswith("/static/")


def test_print_is_stamped_and_off_in_an_emergency():
    assert '<section class="hg-print-only" aria-label="Printed copy">Printed by Moira Sanderson</section>' in page()
    view = family_view(profile(), RECEIPT, "purpose", CITES)
    html = render_html("family.html", "n", replace(HEAD, emergency=True), title="t", family=view, receipt_href="/")
    assert "hg-no-print" in html
    assert "Printing is off while access is for an emergency." in html
    assert str(AISHA) not in html.replace(f"/families/{AISHA}", "")


MONTHS_BEFORE = ("August", "July", "June", "May", "April", "March", "February", "January")
DOUBTFUL = "Probably the same person. Check a date of birth with them before you act."


def balances(months, **changed):
    return tuple(
        fact(
            item="housing.arrears", label="Rent arrears", values={"balance": 100 * month, "stage": "NOSP"}, at=None,
            valid_from=f"2026-{month:02d}-01", nature="fact", note=None, role=None, disputed=False, dispute=None,
            **changed,
        )
        for month in reversed(months)
    )  # fmt: skip


def test_a_balance_a_month_is_the_newest_with_the_others_to_unfold():
    view = family_view(profile(circumstances=balances(range(1, 10))), RECEIPT, "a purpose", CITES)
    (section,) = [facts for anchor, _, facts in view.sections if anchor == "circumstances"]

    assert [one.when for one in section] == ["since 1 September 2026"]
    assert [one.when for one in section[0].earlier] == [f"since 1 {month} 2026" for month in MONTHS_BEFORE]
    html = page(profile(circumstances=balances(range(1, 10))))
    assert "8 earlier" in text_of(html)
    assert "Arrears £100 Stage Notice of seeking possession" in text_of(html)


def test_few_of_a_kind_and_what_is_disputed_or_of_somebody_else_stand_for_themselves():
    facts = (
        *balances((6, 7, 8)), *balances((1, 2, 3), person=AISHA),
        fact(item="housing.arrears", label="Rent arrears", at=None, valid_from="2026-05-01", disputed=True),
    )  # fmt: skip
    view = family_view(profile(circumstances=facts), RECEIPT, "a purpose", CITES)
    (section,) = [facts for anchor, _, facts in view.sections if anchor == "circumstances"]

    assert len(section) == len(facts)
    assert not any(one.earlier for one in section)


def test_what_to_check_of_a_person_is_said_once_and_each_entry_is_marked():
    text = text_of(page(profile(circumstances=balances((6, 7), match=DOUBTFUL), events=(), professionals=())))

    assert text.count(DOUBTFUL) == 1
    assert text.count("Police records, received 14 November 2026; probably the same person") == 2


def test_what_an_entry_alone_asks_to_be_checked_is_said_beside_it():
    other = "Probably the same person. Check an address with them before you act."
    text = text_of(page(profile(circumstances=balances((6,), match=other), events=(), professionals=())))

    assert other in text


def test_an_agreement_is_told_once_with_its_clauses():
    (used,) = profile().agreements
    text = text_of(page(profile(agreements=(used, replace(used, clause="ISA-NV-2026-011@1/MF2")))))

    assert text.count("MASH front door Law:") == 1
    assert "Clauses ISA-NV-2026-011@1/MF1, ISA-NV-2026-011@1/MF2" in text


def test_the_manager_of_an_allocated_worker_is_not_headed_as_one():
    allocated = fact(
        item="care.allocation", label="Allocated worker", values={"worker": "W211", "role": "manager"}, at=None,
        nature="fact", note=None, role=None, disputed=False, dispute=None,
    )  # fmt: skip
    text = text_of(page(profile(professionals=(allocated,))))

    assert "Manager Darren Cole" in text
    assert "Allocated worker" not in text
