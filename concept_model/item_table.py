"""The data items, in bit order. Append only; never reorder, rename or remove a line.

Columns: name, plain-English label, data class D0-D7 (domain 4.10), LeGSB block, ISO/IEC 30182 concept,
special category (Article 9 or 10), default withholding mode, fields as `name:kind:label;...`.
"""

from typing import Literal

_Row = tuple[str, str, str, str, str, Literal["health", "race", "criminal"] | None, str, str]

_IDENTIFIER = "value:text:Number;verification:code:Checked"

ITEM_TABLE: tuple[_Row, ...] = (
    ("identity.name", "Name", "D1", "household", "Person", None, "silent",
     "given:text:First names;family:text:Last name;title:text:Title;use:code:Kind of name"),
    ("identity.former_name", "Former name", "D1", "household", "Person", None, "silent",
     "given:text:First names;family:text:Last name;title:text:Title;use:code:Kind of name"),
    ("identity.birth_date", "Date of birth", "D1", "household", "Person", None, "silent",
     "date:date:Date of birth;expected:flag:Expected, not yet born"),
    ("identity.sex", "Sex or gender as recorded", "D1", "household", "Person", None, "silent", "code:code:Sex"),
    ("identity.nhs_number", "NHS number", "D1", "household", "Person", None, "silent", _IDENTIFIER),
    ("identity.upn", "Unique pupil number", "D1", "household", "Person", None, "silent", _IDENTIFIER),
    ("identity.nino", "National Insurance number", "D1", "household", "Person", None, "silent", _IDENTIFIER),
    ("identity.pnc_id", "Police National Computer id", "D1", "household", "Person", "criminal", "silent", _IDENTIFIER),
    ("identity.local_id", "Service's own reference", "D1", "household", "Person", None, "silent",
     _IDENTIFIER + ";scheme:code:Whose reference"),
    ("identity.ethnicity", "Ethnic group", "D5", "household", "Person", "race", "silent",
     "code:code:Ethnic group;scheme:code:Code list"),
    ("identity.death", "Date of death", "D1", "household", "Person", None, "silent", "date:date:Date of death"),
    ("identity.protected", "Location protected", "D6", "household", "State", None, "silent",
     "kind:code:Kind of protection"),
    ("contact.phone", "Phone number", "D1", "household", "Person", None, "silent", "value:text:Phone"),
    ("contact.email", "E-mail address", "D1", "household", "Person", None, "silent", "value:text:E-mail"),
    ("contact.safe", "Safe way to make contact", "D6", "circumstances", "State", None, "silent",
     "how:text:How;when:text:When;never:text:Never"),
    ("address.residence", "Address", "D1", "household", "Place", None, "silent",
     "lines:text:Address;postcode:text:Postcode;uprn:text:UPRN;kind:code:Kind of address"),
    ("household.membership", "Household as a service records it", "D1", "household", "Collection", None, "silent",
     "household:code:Household;role:text:Role"),
    ("family.relationship", "Family relationship", "D1", "household", "Person", None, "silent",
     "kind:code:Relationship;other:code:To;parental_responsibility:flag:Parental responsibility"),
    # Education and work
    ("education.enrolment", "School", "D2", "circumstances", "State", None, "exists",
     "school:text:School;urn:code:School number (URN);year_group:text:Year group;status:code:Status"),
    ("education.attendance", "School attendance", "D3", "circumstances", "Observation", None, "count",
     "possible:number:Sessions possible;present:number:Present;approved:number:Approved activity;"
     "authorised:number:Authorised absence;unauthorised:number:Unauthorised absence;term:text:Period"),
    ("education.provision", "Education provision", "D3", "circumstances", "State", None, "count",
     "status:code:Status;reason:text:Reason"),
    ("education.sen", "Special educational need", "D5", "circumstances", "State", "health", "exists",
     "provision:code:Provision;type:code:Type of need"),
    ("education.meals", "Free school meals", "D3", "circumstances", "State", None, "exists",
     "eligible:flag:Eligible;status:code:Status"),
    ("education.exclusion", "Suspension or exclusion", "D4", "reactive-services", "Event", None, "count",
     "category:code:Kind;reasons:text:Reasons;sessions:number:Sessions lost"),
    ("work.benefit", "Benefit", "D3", "circumstances", "State", None, "exists",
     "benefit:code:Benefit;out_of_work:flag:Out-of-work benefit;conditionality:code:Conditionality;matched:code:Match"),
    ("work.ypactivity", "Young person's activity", "D3", "circumstances", "State", None, "exists",
     "code:code:Activity;neet:flag:Not in education, employment or training;verified:date:Date verified"),
    # Police and justice
    ("crime.offence", "Offence (proven)", "D4", "reactive-services", "Event", "criminal", "silent",
     "ho_class:code:Home Office class;title:text:Offence;outcome:code:Outcome;outcome_date:date:Outcome date;"
     "location:text:Where"),
    ("crime.allegation", "Reported to police, not proven", "D4", "reactive-services", "Event", "criminal", "silent",
     "ho_class:code:Home Office class;title:text:Reported as;outcome:code:Outcome;outcome_date:date:Outcome date;"
     "location:text:Where"),
    ("crime.victim", "Victim or witness of crime", "D6", "reactive-services", "Event", "criminal", "silent",
     "ho_class:code:Home Office class;title:text:Reported as;location:text:Where"),
    ("crime.asb", "Anti-social behaviour incident", "D4", "reactive-services", "Event", "criminal", "silent",
     "qualifier:code:Qualifier;category:text:Category;location:text:Where"),
    ("da.incident", "Domestic abuse incident", "D6", "reactive-services", "Event", "criminal", "silent",
     "risk:code:DASH risk;child_present:flag:Child present;marac:flag:Referred to MARAC;location:text:Where;"
     "title:text:Reported as"),
    ("da.risk", "Domestic abuse risk", "D6", "circumstances", "State", "criminal", "silent",
     "risk:code:DASH risk;marac:flag:MARAC case"),
    ("da.support", "Domestic abuse support", "D6", "interventions", "Service", "criminal", "silent",
     "service:text:Service;status:code:Status"),
    ("child.missing", "Missing episode", "D4", "reactive-services", "Event", None, "silent",
     "category:code:Category;risk:code:Risk;found:text:Found at"),
    ("justice.order", "Order, licence or custody", "D4", "interventions", "State", "criminal", "silent",
     "kind:code:Kind;court:text:Court;length:text:Length"),
    ("place.crime", "Crime recorded near a place", "D0", "lists", "Event", None, "count",
     "crime_type:text:Type;month:text:Month;location:text:Near;outcome:text:Last outcome;lsoa:code:Small area;"
     "longitude:number:Longitude;latitude:number:Latitude;force:text:Force"),
    ("place.stop_search", "Stop and search near a place", "D0", "lists", "Event", None, "count",
     "object:text:Object of search;outcome:text:Outcome;legislation:text:Legislation;longitude:number:Longitude;"
     "latitude:number:Latitude;age_range:text:Age range"),
    # Health
    ("health.registration", "GP registration", "D2", "circumstances", "State", "health", "count",
     "practice:code:Practice"),
    ("health.attendance", "Hospital attendance", "D5", "reactive-services", "Event", "health", "count",
     "kind:code:Kind;reason_group:text:Reason group;status:code:Status"),
    ("health.appointment", "Health appointment", "D5", "reactive-services", "Event", "health", "count",
     "outcome:code:Outcome;service:text:Service"),
    ("health.flag", "Health condition", "D6", "circumstances", "State", "health", "silent",
     "code:code:Code;display:text:Condition;status:code:Status"),
    # Children's social care and early help
    ("care.contact", "Contact or referral to social care", "D2", "reactive-services", "Event", None, "exists",
     "source:code:Referred by;outcome:code:Outcome;urgency:code:Urgency"),
    ("care.episode", "Social care episode", "D2", "interventions", "Case", None, "exists",
     "kind:code:Kind;closure:code:Reason closed"),
    ("care.need", "Primary need", "D4", "circumstances", "State", None, "silent", "code:code:Primary need"),
    ("care.factor", "Factor found at assessment", "D6", "circumstances", "State", "health", "silent",
     "code:code:Factor;scope:code:About"),
    ("care.assessment", "Social care assessment", "D4", "interventions", "Event", None, "silent",
     "authorised:date:Authorised"),
    ("care.section47", "Section 47 enquiry", "D6", "reactive-services", "Event", None, "silent",
     "conference:date:Initial conference;conference_required:flag:Conference required"),
    ("care.plan", "Child in need or child protection plan", "D4", "interventions", "Plan", None, "silent",
     "kind:code:Plan;category:code:Category of abuse;previous:number:Earlier plans"),
    ("care.looked_after", "Looked-after episode", "D6", "interventions", "Case", None, "silent",
     "legal_status:code:Legal status;placement:code:Placement;reason_new:code:Reason for episode;"
     "reason_ended:code:Reason ended;provider:code:Provider"),
    ("care.review", "Review of a looked-after child", "D6", "interventions", "Event", None, "silent",
     "participation:code:Child's participation"),
    ("care.disability", "Disability", "D5", "circumstances", "State", "health", "silent", "code:code:Disability"),
    ("support.episode", "Early help episode", "D2", "interventions", "Case", None, "exists",
     "kind:text:Kind;status:code:Status;service:text:Service"),
    ("support.goal", "Goal agreed with the family", "D2", "goals", "Target", None, "exists",
     "title:text:Goal;measure:text:Measure;target:text:Target;status:code:Status;due:date:Due"),
    ("support.agreed_to_help", "Agreed to help", "D2", "circumstances", "State", None, "silent",
     "answer:code:Answer;recorded_by:text:Recorded by"),
    ("support.told", "Told how information is used", "D2", "circumstances", "State", None, "silent",
     "state:code:State;notice:text:Notice version;because:text:Because;review:date:To be looked at again on"),
    ("safeguarding.concern", "Safeguarding concern", "D6", "circumstances", "State", None, "silent",
     "answer:code:Answer;asserted_by:text:Asserted by;evidence:text:Evidence;expires:date:Expires"),
    ("care.allocation", "Allocated worker", "D2", "interventions", "Agent", None, "exists",
     "worker:code:Worker reference;team:text:Team;role:code:Role"),
    ("care.professional", "Involved professional", "D2", "interventions", "Agent", None, "exists",
     "name:text:Name;role:text:Role;service:text:Service;organisation:text:Organisation;phone:text:Phone;"
     "email:text:E-mail;last_contact:date:Last contact"),
    # Housing and council tax
    ("housing.tenancy", "Tenancy", "D3", "circumstances", "State", None, "count",
     "reference:text:Tenancy reference;kind:code:Tenancy;tenure:code:Tenure;weekly_rent:money:Weekly rent;"
     "landlord:text:Landlord;officer:text:Housing officer"),
    ("housing.arrears", "Rent arrears", "D4", "circumstances", "State", None, "count",
     "balance:money:Arrears;weeks:number:Weeks;stage:code:Stage"),
    ("housing.action", "Housing action", "D4", "reactive-services", "Event", None, "count",
     "kind:code:Action;stage:code:Stage;outcome:text:Outcome"),
    ("housing.homeless", "Homelessness case", "D3", "reactive-services", "Case", None, "exists",
     "duty:code:Duty;accommodation:code:Accommodation"),
    ("housing.letting", "Social letting", "D3", "circumstances", "Observation", None, "exists",
     "needs_type:code:Needs type;reason:code:Reason left last home;rent:money:Rent;"
     "household_size:number:Household size"),
    ("housing.safety", "Safety work at the home", "D6", "interventions", "Event", None, "silent",
     "kind:code:Work;status:code:Status"),
    ("housing.repair", "Repair", "D3", "reactive-services", "Event", None, "count",
     "kind:text:Repair;status:code:Status"),
    ("ctax.account", "Council tax account", "D3", "circumstances", "Account", None, "exists",
     "reference:text:Account;band:code:Band;liable:flag:Liable person"),
    ("ctax.discount", "Council tax discount", "D3", "circumstances", "State", None, "exists",
     "code:code:Discount;percent:number:Percent;review:date:Review date"),
    ("address.protected_location", "Protected location", "D6", "household", "Place", None, "silent",
     "lines:text:Address;postcode:text:Postcode;uprn:text:UPRN;kind:code:Kind of address"),
    # Lists
    ("service.entry", "Service in the directory", "D0", "lists", "Service", None, "count",
     "name:text:Service;organisation:text:Organisation;phone:text:Phone;email:text:E-mail;"
     "description:text:What it offers;category:text:Category;postcode:text:Postcodes;url:text:Website"),
    # What a person chose about uses beyond their own care
    ("health.opt_out", "National Data Opt-out", "D5", "circumstances", "State", "health", "silent",
     "opted_out:flag:Opted out;checked:date:Checked on"),
    # What officers judge, and where addresses are
    ("justice.risk", "Risk as an officer judges it", "D4", "circumstances", "State", "criminal", "silent",
     "kind:code:Kind;level:code:Level"),
    ("place.address", "Address in the gazetteer", "D0", "lists", "Place", None, "count",
     "lines:text:Address;postcode:text:Postcode;uprn:text:UPRN;classification:code:Use;state:code:State;"
     "status:code:Status;parent:text:UPRN of the building;longitude:number:Longitude;latitude:number:Latitude"),
)  # fmt: skip
