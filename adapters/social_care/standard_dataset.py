"""Tables of the Standard Safeguarding Dataset that councils fill from any case system (Data to Insight; domain 2.6.3).

Persons, contacts, referrals, assessments and early help, in the dataset's own column names, one table a feed. Names of
workers and free text of outcomes are not kept.
"""

from adapters.port import Column, FeedProfile

_SOURCE = "social_care"
_CONTACT, _EPISODE, _NEED = ("care.contact",), ("care.episode",), ("care.need",)
_ASSESSMENT, _FACTOR, _SUPPORT = ("care.assessment",), ("care.factor",), ("support.episode",)
_NAME = ("identity.name",)

PERSONS = FeedProfile(
    name="social-care-persons",
    source=_SOURCE,
    title="Persons known to children's social care (ssd_person)",
    formats=("csv",),
    never_kept=("pers_gender", "pers_is_mother", "pers_legacy_id", "pers_nationality", "pers_send_flag"),
    columns=(
        Column("pers_person_id", (), "The council's own number of the person", required=True),
        Column("pers_surname", _NAME, "Last name"),
        Column("pers_forename", _NAME, "First names"),
        Column("pers_dob", ("identity.birth_date",), "Date of birth"),
        Column("pers_expected_dob", ("identity.birth_date",), "Expected date of birth, where not yet born"),
        Column("pers_death_date", ("identity.death",), "Date of death"),
        Column("pers_sex", ("identity.sex",), "M, F, U or X"),
        Column("pers_ethnicity", ("identity.ethnicity",), "Ethnic group, DfE code"),
        Column("pers_upn", ("identity.upn",), "Unique pupil number"),
        Column("pers_upn_unknown", (), "Why there is no UPN: UN1 to UN7"),
        Column("pers_single_unique_id", ("identity.nhs_number",), "NHS number"),
    ),
    example_rows=(
        {
            "pers_person_id": "1000001", "pers_surname": "Example", "pers_forename": "Robin",
            "pers_dob": "2013-02-11", "pers_sex": "F", "pers_upn": "B801200005001",
            "pers_single_unique_id": "9990000018",
        },
        {
            "pers_person_id": "1000002", "pers_surname": "Example", "pers_forename": "Unborn",
            "pers_expected_dob": "2027-01-15", "pers_upn_unknown": "UN1",
        },
    ),
)  # fmt: skip

CONTACTS = FeedProfile(
    name="social-care-contacts",
    source=_SOURCE,
    title="Contacts with children's social care (ssd_contacts)",
    formats=("csv",),
    columns=(
        Column("cont_contact_id", (), "The number of the contact", required=True),
        Column("cont_person_id", (), "The council's own number of the child", required=True),
        Column("cont_contact_date", _CONTACT, "Day of the contact", required=True),
        Column("cont_contact_source_code", _CONTACT, "Who made it, CIN census code"),
        Column("cont_contact_outcome_json", _CONTACT, "Outcome: the dataset's flags as JSON, or one in words"),
    ),
    never_kept=("cont_contact_source_desc",),
    example_rows=(
        {
            "cont_contact_id": "CT0000001", "cont_person_id": "1000001", "cont_contact_date": "2026-03-02",
            "cont_contact_source_code": "2A", "cont_contact_outcome_json": '{"OUTCOME_NEW_REFERRAL_FLAG": "Y"}',
        },
        {
            "cont_contact_id": "CT0000002", "cont_person_id": "1000001", "cont_contact_date": "14/05/2026",
            "cont_contact_source_code": "6", "cont_contact_outcome_json": '{"OUTCOME_NFA_FLAG": "Y"}',
        },
    ),
)  # fmt: skip

REFERRALS = FeedProfile(
    name="social-care-referrals",
    source=_SOURCE,
    title="Referrals and episodes of need (ssd_cin_episodes)",
    formats=("csv",),
    row_key=("cine_referral_id", "cine_person_id", "cine_referral_date"),
    never_kept=("cine_referral_outcome_json", "cine_referral_source_desc", "cine_referral_worker_id"),
    columns=(
        Column("cine_referral_id", (), "The number of the referral", required=True),
        Column("cine_person_id", (), "The council's own number of the child", required=True),
        Column("cine_referral_date", (*_CONTACT, *_EPISODE), "Day of the referral", required=True),
        Column("cine_cin_primary_need_code", _NEED, "Primary need, N0 to N9"),
        Column("cine_referral_source_code", _CONTACT, "Who referred, CIN census code"),
        Column("cine_referral_nfa", _CONTACT, "Y where nothing further was done"),
        Column("cine_close_date", _EPISODE, "Day on which the episode closed"),
        Column("cine_close_reason", (*_EPISODE, "identity.protected"), "Why it closed, RC1 to RC9; RC1 is adopted"),
    ),
    example_rows=(
        {
            "cine_referral_id": "RF0000001", "cine_person_id": "1000001", "cine_referral_date": "2026-03-02",
            "cine_cin_primary_need_code": "N5", "cine_referral_source_code": "2A", "cine_referral_nfa": "N",
        },
        {
            "cine_referral_id": "RF0000002", "cine_person_id": "1000003", "cine_referral_date": "12/01/2025",
            "cine_cin_primary_need_code": "N1", "cine_close_date": "30/06/2025", "cine_close_reason": "RC9",
        },
    ),
)  # fmt: skip

ASSESSMENTS = FeedProfile(
    name="social-care-assessments",
    source=_SOURCE,
    title="Assessments and their factors (ssd_cin_assessments, ssd_assessment_factors)",
    formats=("csv",),
    never_kept=("cina_assessment_outcome_json", "cina_assessment_team", "cina_assessment_worker_id"),
    columns=(
        Column("cina_assessment_id", (), "The number of the assessment", required=True),
        Column("cina_person_id", (), "The council's own number of the child", required=True),
        Column("cina_referral_id", (), "The referral that it belongs to"),
        Column("cina_assessment_start_date", _ASSESSMENT, "Day on which it began", required=True),
        Column("cina_assessment_auth_date", _ASSESSMENT, "Day on which it was authorised"),
        Column("cinf_assessment_factors_json", _FACTOR, 'Factors found: ["1B", "3A"], or 1B, 3A'),
    ),
    example_rows=(
        {
            "cina_assessment_id": "AS0000001", "cina_person_id": "1000001", "cina_referral_id": "RF0000001",
            "cina_assessment_start_date": "2026-03-04", "cina_assessment_auth_date": "2026-04-10",
            "cinf_assessment_factors_json": '["3B", "4B"]',
        },
        {
            "cina_assessment_id": "AS0000002", "cina_person_id": "1000003",
            "cina_assessment_start_date": "14/01/2025", "cinf_assessment_factors_json": "21",
        },
    ),
)  # fmt: skip

EARLY_HELP = FeedProfile(
    name="social-care-early-help",
    source=_SOURCE,
    title="Early help episodes (ssd_early_help_episodes)",
    formats=("csv",),
    never_kept=("earl_episode_worker_id",),
    columns=(
        Column("earl_episode_id", (), "The number of the episode", required=True),
        Column("earl_person_id", (), "The council's own number of the child", required=True),
        Column("earl_episode_start_date", _SUPPORT, "First day", required=True),
        Column("earl_episode_end_date", _SUPPORT, "Last day"),
        Column("earl_episode_reason", _SUPPORT, "Kind of help, or why it began, in a word or two"),
        Column("earl_episode_end_reason", _SUPPORT, "Why it ended"),
        Column("earl_episode_organisation", _SUPPORT, "Who gave the help"),
    ),
    example_rows=(
        {
            "earl_episode_id": "EH0000001", "earl_person_id": "1000001", "earl_episode_start_date": "2026-05-01",
            "earl_episode_reason": "Family support", "earl_episode_organisation": "Early Help North",
        },
        {
            "earl_episode_id": "EH0000002", "earl_person_id": "1000003", "earl_episode_start_date": "01/02/2025",
            "earl_episode_end_date": "30/09/2025", "earl_episode_reason": "Parenting programme",
            "earl_episode_end_reason": "Goals met",
        },
    ),
)  # fmt: skip
