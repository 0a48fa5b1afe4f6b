"""What IHE BALP 1.1.4 asks of an AuditEvent that names one of its profiles, beside the FHIR R4 model itself."""

PREFIX = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."
DICOM = "http://dicom.nema.org/resources/ontology/DCM"
TERMS = "http://terminology.hl7.org/CodeSystem/"
SOURCE, DESTINATION, APPLICATION = (DICOM, "110153"), (DICOM, "110152"), (DICOM, "110150")
CUSTODIAN = (f"{TERMS}provenance-participant-type", "custodian")
PARTICIPATION = f"{TERMS}v3-ParticipationType"
PERSON, OBJECT = (f"{TERMS}audit-entity-type", "1"), (f"{TERMS}audit-entity-type", "2")
REQUEST = ("https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType", "XrequestId")
REST = (f"{TERMS}audit-event-type", "rest")
# interaction, action, type of the client agent, of the server agent, participation of the user
RESTFUL = {
    "Create": ("create", "C", SOURCE, DESTINATION, {"AUT", "INF", "CST"}),
    "Read": ("read", "R", DESTINATION, SOURCE, {"IRCP"}),
    "Update": ("update", "U", SOURCE, DESTINATION, {"AUT", "INF", "CST"}),
    "Delete": ("delete", "D", APPLICATION, CUSTODIAN, {"AUT", "INF", "CST"}),
    "Query": ("search", "E", SOURCE, DESTINATION, {"IRCP"}),
}


def coding(one):
    return one["system"], one["code"]


def agents(event, kind):
    return [one for one in event["agent"] if coding(one["type"]["coding"][0]) == kind]


def entities(event, kind):
    return [one for one in event["entity"] if coding(one["type"]) == kind]


def check_profiles(event):
    """Every profile that the event names is satisfied; returns their names."""
    names = [profile.removeprefix(PREFIX) for profile in event.get("meta", {}).get("profile", ())]
    for name in names:
        assert event["outcome"] == "0"
        assert event["agent"][0:2]
        _check_transaction(event)
        if name == "PrivacyDisclosure.Source":
            _check_disclosure(event)
        else:
            _check_restful(event, name.removeprefix("Patient"), patient=name.startswith("Patient"))
    return names


def _check_restful(event, name, *, patient):
    interaction, action, client, server, user = RESTFUL[name]
    assert coding(event["type"]) == REST
    assert ("http://hl7.org/fhir/restful-interaction", interaction) in map(coding, event["subtype"])
    assert event["action"] == action
    for kind in (client, server):
        (one,) = agents(event, kind)
        assert one["who"]
        assert one["network"]
    (one,) = (a for a in event["agent"] if a["type"]["coding"][0]["system"] == PARTICIPATION)
    assert one["type"]["coding"][0]["code"] in user
    assert one["who"]
    assert one["requestor"] is True
    assert "network" not in one
    (data,) = entities(event, OBJECT)
    if name == "Query":
        assert coding(data["role"]) == (f"{TERMS}object-role", "24")
        assert data["query"]
        assert "what" not in data
    else:
        assert coding(data["role"])[1] in {"3", "4", "20"}
        assert data["what"]
    _check_patient(event, patient=patient)


def _check_disclosure(event):
    assert "modifierExtension" not in event
    assert coding(event["type"]) == (DICOM, "110106")
    assert (f"{TERMS}iso-21089-lifecycle", "disclose") in map(coding, event["subtype"])
    assert event["action"] == "R"
    (source,), (recipient,) = agents(event, SOURCE), agents(event, DESTINATION)
    assert source["who"] == event["source"]["observer"]
    assert recipient["who"]
    assert source["network"]
    assert recipient["network"]
    assert len(event["entity"]) >= 2
    _check_patient(event, patient=True)


def _check_patient(event, *, patient):
    found = entities(event, PERSON)
    assert len(found) == int(patient)
    for one in found:
        assert coding(one["role"]) == (f"{TERMS}object-role", "1")
        assert one["what"]["reference"].startswith("Patient/")


def _check_transaction(event):
    found = entities(event, REQUEST)
    assert len(found) <= 1
    for one in found:
        assert one["what"]["identifier"]["value"]
