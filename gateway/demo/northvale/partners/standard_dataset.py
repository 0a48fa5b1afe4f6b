"""Children's social care in the tables of the Standard Safeguarding Dataset: the same cases as in its returns."""

import json
from datetime import timedelta

from gateway.demo.northvale.delivery import Delivery
from gateway.demo.northvale.partners.sheet import TOO_FEW, TOO_MANY, Fault, Sheet, backwards, missing, no_code, no_date
from gateway.demo.northvale.slips import iso

_PERSONS = (
    "pers_person_id pers_surname pers_forename pers_dob pers_sex pers_ethnicity pers_upn pers_single_unique_id "
    "pers_nationality"
)
_CONTACTS = (
    "cont_contact_id cont_person_id cont_contact_date cont_contact_source_code cont_contact_source_desc "
    "cont_contact_outcome_json"
)
_REFERRALS = (
    "cine_referral_id cine_person_id cine_referral_date cine_cin_primary_need_code cine_referral_source_code "
    "cine_referral_nfa cine_close_date cine_close_reason cine_referral_worker_id"
)
_ASSESSMENTS = (
    "cina_assessment_id cina_person_id cina_referral_id cina_assessment_start_date cina_assessment_auth_date "
    "cinf_assessment_factors_json cina_assessment_worker_id"
)
_EARLY_HELP = (
    "earl_episode_id earl_person_id earl_episode_start_date earl_episode_end_date earl_episode_reason "
    "earl_episode_end_reason earl_episode_organisation earl_episode_worker_id"
)


def write(delivery: Delivery) -> None:
    """Five files. The scenes' children are in the returns alone."""
    sheets = (_persons(delivery), _contacts(delivery), _referrals(delivery), _assessments(delivery), _help(delivery))
    for sheet in sheets:
        sheet.deliver(delivery)


def _sheet(feed: str, columns: str, uncovered: str, *faults: Fault) -> Sheet:
    return Sheet(feed, f"{feed}.csv", tuple(columns.split()), faults, uncovered=tuple(uncovered.split()))


def _persons(delivery: Delivery) -> Sheet:
    faults = (missing("pers_person_id"), no_date("pers_dob", "2015-04-31"), TOO_MANY, TOO_FEW)
    sheet = _sheet("social-care-persons", _PERSONS, "pers_nationality", *faults)
    events = delivery.world.events
    helped = [person for support in events.support for person, role in support.people if role == "child"]
    everybody = {one.index: one for one in (*(case.person for case in events.in_need), *helped) if not one.planted}
    for person in everybody.values():
        seen = delivery.registrar.seen(person, "social_care")
        sheet.add(
            {
                "pers_person_id": seen.key,
                "pers_surname": seen.surname,
                "pers_forename": seen.forename,
                "pers_dob": iso(seen.born),
                "pers_sex": seen.sex,
                "pers_ethnicity": person.ethnicity,
                "pers_upn": seen.upn,
                "pers_single_unique_id": seen.nhs,
                "pers_nationality": "GBR",
            },
            seen.truth,
            flagged=seen.failing,
        )
    return sheet


def _contacts(delivery: Delivery) -> Sheet:
    rng = delivery.world.rng("contacts")
    faults = (missing("cont_contact_id"), no_date("cont_contact_date", "2026-02-31"), TOO_FEW)
    sheet = _sheet("social-care-contacts", _CONTACTS, "cont_contact_source_desc", *faults)
    for number, case in enumerate(delivery.world.events.in_need, 1):
        if case.person.planted:
            continue
        seen = delivery.registrar.seen(case.person, "social_care")
        earlier = case.referred - timedelta(days=rng.randint(20, 200))
        told = [(case.referred, json.dumps({"OUTCOME_NEW_REFERRAL_FLAG": "Y", "OUTCOME_NFA_FLAG": "N"}))]
        if earlier > case.person.born and rng.random() < 0.4:
            told.append((earlier, rng.choice((json.dumps({"OUTCOME_NFA_FLAG": "Y"}), "EH Referral"))))
        for part, (day, outcome) in enumerate(told, 1):
            sheet.add(
                {
                    "cont_contact_id": f"CT{number:06d}{part}",
                    "cont_person_id": seen.key,
                    "cont_contact_date": iso(day),
                    "cont_contact_source_code": case.source,
                    "cont_contact_outcome_json": outcome,
                },
                seen.truth,
            )
    return sheet


def _referrals(delivery: Delivery) -> Sheet:
    faults = (
        missing("cine_person_id"),
        backwards("cine_referral_date", "cine_close_date"),
        no_date("cine_referral_date", "spring"),
        TOO_MANY,
        no_code("cine_referral_nfa", "perhaps"),
    )
    sheet = _sheet("social-care-referrals", _REFERRALS, "cine_referral_worker_id", *faults)
    for number, case in enumerate(delivery.world.events.in_need, 1):
        if case.person.planted:
            continue
        seen = delivery.registrar.seen(case.person, "social_care")
        sheet.add(
            {
                "cine_referral_id": f"RF{number:06d}",
                "cine_person_id": seen.key,
                "cine_referral_date": iso(case.referred),
                "cine_cin_primary_need_code": case.need,
                "cine_referral_source_code": case.source,
                "cine_referral_nfa": "N",
                "cine_close_date": iso(case.closed),
                "cine_close_reason": case.reason,
                "cine_referral_worker_id": "W301",
            },
            seen.truth,
        )
    return sheet


def _assessments(delivery: Delivery) -> Sheet:
    rng = delivery.world.rng("assessments")
    faults = (
        missing("cina_assessment_id"),
        no_date("cina_assessment_start_date", "2026-06-31"),
        backwards("cina_assessment_start_date", "cina_assessment_auth_date"),
        Fault("row-shape", "cinf_assessment_factors_json", "domestic abuse and drink"),
    )
    sheet = _sheet("social-care-assessments", _ASSESSMENTS, "cina_assessment_worker_id", *faults)
    for number, case in enumerate(delivery.world.events.in_need, 1):
        if case.person.planted:
            continue
        seen = delivery.registrar.seen(case.person, "social_care")
        start = case.referred + timedelta(days=1)
        done = start + timedelta(days=rng.randint(20, 45))
        codes = list(case.factors)
        sheet.add(
            {
                "cina_assessment_id": f"AS{number:06d}",
                "cina_person_id": seen.key,
                "cina_referral_id": f"RF{number:06d}",
                "cina_assessment_start_date": iso(start),
                "cina_assessment_auth_date": iso(done) if done < delivery.world.today else "",
                "cinf_assessment_factors_json": rng.choice((json.dumps(codes), ", ".join(codes))),
            },
            seen.truth,
        )
    return sheet


def _help(delivery: Delivery) -> Sheet:
    rng = delivery.world.rng("early help episodes")
    faults = (
        missing("earl_person_id"),
        backwards("earl_episode_start_date", "earl_episode_end_date"),
        no_date("earl_episode_start_date", "2026-09-00"),
        TOO_MANY,
    )
    sheet = _sheet("social-care-early-help", _EARLY_HELP, "earl_episode_worker_id", *faults)
    for support in delivery.world.events.support:
        for person, role in support.people:
            if role != "child" or person.planted:
                continue
            seen = delivery.registrar.seen(person, "social_care")
            over = support.start + timedelta(days=120)
            ended = over < delivery.world.today and rng.random() < 0.4
            sheet.add(
                {
                    "earl_episode_id": f"{support.ref}/{person.index}",
                    "earl_person_id": seen.key,
                    "earl_episode_start_date": iso(support.start),
                    "earl_episode_end_date": iso(over) if ended else "",
                    "earl_episode_reason": "Family support",
                    "earl_episode_end_reason": "Goals met" if ended else "",
                    "earl_episode_organisation": "Northvale Early Help",
                    "earl_episode_worker_id": support.worker,
                },
                seen.truth,
            )
    return sheet
