"""The closed set of keys that an entry's `detail` may hold, and what each is for.

Whatever does not fit one of these is not recorded until it is named here. Values are codes, opaque ids, counts and
keyed digests, never the content of a record. The two that hold people's words (`justification`, `query`) exist
because a reviewer must see them; like every field they leave the council only as a commitment.
"""

from collections.abc import Mapping
from types import MappingProxyType

DETAIL_KEYS: Mapping[str, str] = MappingProxyType(
    {
        "after_digest": "keyed digest of the record after a change",
        "authorised_until": "instant after which an authorisation is void, RFC 3339",
        "batch": "id of the feed batch",
        "before_digest": "keyed digest of the record before a change",
        "capacity": "in what capacity a subject report was asked for: self, parent, representative",
        "case_reference": "the worker's own case or referral reference",
        "channel": "how a disclosure travelled: page, api, print, letter, export",
        "checkpoint_root": "root of the checkpoint that a verification or a restore is about, base64",
        "checkpoint_size": "its number of leaves",
        "chunk": "number of the committed chunk within its batch, from 0",
        "coverage_map_at": "instant up to which a map of subject lists is whole, RFC 3339",
        "coverage_map_list": "which lists such a map is of: disclosable, sealed",
        "coverage_map_root": "root of a map of subject lists, base64",
        "decided_by": "post of whoever decided, outside the gateway, that a report may go to somebody else",
        "decided_day": "day on which they decided, ISO 8601",
        "decided_on": "what the decision rested on, for each subject: relationship, band, bits of known states",
        "device": "what the client said that it is: browser or program, cut short",
        "dissent": "state of a recorded dissent or opt-out that the decision met",
        "draft": "version of a draft register against which past accesses were replayed",
        "emergency_journal": "id of the emergency journal that was reconciled",
        "erased_entries": "number of entries whose openings were erased",
        "erased_fields": "fields of the entries in `records` whose openings were erased, salts and values",
        "erasure": "id of an erasure that one officer asked for and another decided",
        "feed": "name of the feed",
        "gap_from": "first leaf index that a declared restore lost",
        "gap_to": "first leaf index after that gap",
        "ground": "ground in law of an erasure, as a code",
        "justification": "the worker's reason in words",
        "key": "id of the key that was rotated or used",
        "legal_hold": "id of a hold that keeps a person's records from erasure",
        "link_decision": "id of a linkage decision",
        "match_rule": "name of the rule that joined records",
        "match_score": "score of the match in millionths",
        "network": "address of the client's network as the gateway saw it",
        "new_version": "version that came into force",
        "node": "the gateway node that wrote the entry",
        "old_version": "version that it replaced",
        "override": "kind of override: emergency, dissent, self-claimed relationship",
        "persons_after": "person ids after a merge or split",
        "persons_before": "person ids before a merge or split",
        "problem": "code of the error that ended the attempt",
        "query": "the search as asked",
        "reasons": "codes of the rules behind a refusal or a withheld part",
        "recipient": "person id of who received a disclosure",
        "recipient_team": "team or unit of that agency",
        "recipient_agency": "agency that received it",
        "records": "opaque ids and versions of the records concerned",
        "release_on": "date on which a withheld entry may be released, ISO 8601",
        "release": "id of a release of what subject reports leave out",
        "released_to": "whom such a release is for: subject, regulator, court",
        "retention": "retention class of the entry",
        "review": "id of the review item",
        "review_outcome": "how an officer closed a review item",
        "row_count": "number of rows taken, shown or erased",
        "rows_root": "Merkle root of the keyed digests of the rows of a chunk, base64",
        "session": "opaque id of the signed-in session",
        "software": "version of the software that wrote the entry",
        "sources": "sources that were joined",
        "statutory_power": "the enactment that a request without an agreement rests on",
    }
)
