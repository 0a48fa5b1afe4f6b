"""Which records are one person: standardise, block, compare, score, cluster, band. Pure and deterministic."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import log

from linkage.adopted import without_adoptions
from linkage.bands import Places, band_for
from linkage.candidates import candidates
from linkage.cluster import Clustering, Pair, agglomerate, expel_doubtful, expel_torn
from linkage.columns import connect, records_table, threads_for
from linkage.compare import compare
from linkage.conflicts import conflict_between, near_conclusive
from linkage.errors import LinkageError
from linkage.evidence import claims_between
from linkage.fit import LEAST_RECORDS, fit_table
from linkage.model import LinkModel, default_model
from linkage.record import Band, Decision, Link, LinkRecord, LinkResult, ReviewPair, Verdict
from linkage.record_columns import Columns
from linkage.score import probability, score_pairs
from linkage.standardise import PERSON_NUMBERS, StandardRecord, standardise
from linkage.standing import Conflicts

# Two rows of one duplicate-free file are two persons by the sender's word: nothing for a steward to decide.
_NOT_FOR_REVIEW = frozenset({"two-rows-of-one-file", "decided-different"})


def link_records(
    records: Sequence[LinkRecord], model: LinkModel | None = None, decisions: Sequence[Decision] = ()
) -> LinkResult:
    """Find the persons behind `records`; works from one record up. `model` None is the one shipped.

    `decisions` of stewards are hard constraints; one that names an unknown record is ignored. Raise `LinkageError`
    where a record id comes twice.
    """
    used = model or default_model()
    known = _known(records)
    _, log_odds = _scored(known, used, fitted=False)
    return cluster_scored(known, log_odds, used, decisions)


def fit_and_link(
    records: Sequence[LinkRecord],
    start: LinkModel | None = None,
    decisions: Sequence[Decision] = (),
    adopted: Collection[str] = (),
) -> tuple[LinkModel, LinkResult]:
    """The same with a model fitted to the records from `start`, None the one shipped; the model used comes first.

    They are taken to be of families: a father and a son of one name, or twins, may be meant by any two of them, also
    where the first files hold one person a home and a fit would take a son's birth date for a father's wrong one.
    Fewer records than `LEAST_RECORDS` are linked by `start` itself. Its thresholds stay: a band means what it meant.
    """
    known = _known(records)
    first = replace(start or default_model(), of_families=True)
    used, log_odds = _scored(known, first, fitted=len(known) >= LEAST_RECORDS)
    return used, cluster_scored(known, log_odds, used, decisions, adopted)


def _known(records: Sequence[LinkRecord]) -> list[StandardRecord]:
    known = [standardise(each) for each in sorted(records, key=lambda record: record.record_id)]
    if any(left.record_id == right.record_id for left, right in pairwise(known)):
        msg = "a record id stands twice"
        raise LinkageError(msg)
    return known


def cluster_scored(
    known: Sequence[StandardRecord],
    log_odds: Mapping[Pair, float],
    model: LinkModel,
    decisions: Sequence[Decision],
    adopted: Collection[str] = (),
) -> LinkResult:
    """The persons behind records whose pairs are scored: of everything, or of a neighbourhood that is closed.

    `known` is sorted by record id; `log_odds` holds every compared pair by the numbers of its records, smaller first.
    `adopted` are ids of records of adopted children (`linkage.adopted`).
    """
    log_odds, decided = without_adoptions(known, log_odds, _decided(known, decisions), adopted)
    clustering, places = settle(known, log_odds, model, decided)
    return _result(known, model, log_odds, decided, (clustering, places))


def settle(
    known: Sequence[StandardRecord], log_odds: Mapping[Pair, float], model: LinkModel, decided: Mapping[Pair, Verdict]
) -> tuple[Clustering, Places]:
    """Persons among records whose pairs are scored, and how sure each record is of its place; decisions come first."""

    def same(left: int, right: int) -> bool:
        return near_conclusive(known[left], known[right])

    threshold = log(model.merge_at / (1 - model.merge_at))
    conflicts = Conflicts(known, log_odds, expects_relatives=model.expects_relatives, decided=decided)
    clustering = agglomerate(
        _alike(known), log_odds, threshold, conflicts.between, decided, overruled=conflicts.overruled
    )
    expel_torn(clustering, log_odds, conflicts.between)
    places = Places(log_odds, same, decided)
    expel_doubtful(clustering, places.place, model.merge_at)
    return clustering, places


def _alike(known: Sequence[StandardRecord]) -> list[int]:
    """For each record the first that is its like in everything that `conflict_between` looks at."""
    first: dict[tuple[object, ...], int] = {}
    return [
        first.setdefault(
            (
                record.duplicate_free, record.givens, record.middles, record.families, record.birth_date, record.sex,
                record.newborn, record.born_by, record.numbers("nhs_number", verified_only=True),
                *(record.numbers(scheme) for scheme in PERSON_NUMBERS),
            ),
            number,
        )
        for number, record in enumerate(known)
    ]  # fmt: skip


def _scored(known: Sequence[StandardRecord], model: LinkModel, *, fitted: bool) -> tuple[LinkModel, dict[Pair, float]]:
    """The model, fitted to these records if so, and the log odds of one person for each pair that was compared."""
    if len(known) < 2:  # noqa: PLR2004 - a pair
        return model, {}
    with connect(threads_for(len(known))) as connection:
        records_table(connection, known)
        columns = Columns(connection)
        found = candidates(columns)
        pairs = compare(columns, found.left, found.right)
        used = fit_table(columns, pairs, len(known), model) if fitted else model
    odds = score_pairs(pairs, used, len(known))
    return used, dict(zip(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True), odds.tolist(), strict=True))


def _decided(known: Sequence[StandardRecord], decisions: Sequence[Decision]) -> dict[Pair, Verdict]:
    number = {record.record_id: place for place, record in enumerate(known)}
    decided: dict[Pair, Verdict] = {}
    for each in decisions:
        if each.left in number and each.right in number and each.left != each.right:
            left, right = sorted((number[each.left], number[each.right]))
            if decided.get((left, right)) != "different":
                decided[left, right] = each.verdict
    return decided


def _result(
    known: Sequence[StandardRecord],
    model: LinkModel,
    log_odds: Mapping[Pair, float],
    decided: Mapping[Pair, Verdict],
    settled: tuple[Clustering, Places],
) -> LinkResult:
    clustering, places = settled
    band_of: dict[str, Band] = {}
    chance_of: dict[str, float] = {}
    clusters = clustering.clusters()
    for cluster in clusters:
        for record in cluster:
            chance, verified = places.place(record, cluster)
            name = known[record].record_id
            chance_of[name] = chance
            band_of[name] = Band.VERIFIED if verified else band_for(chance, model)
    return LinkResult(
        clusters=tuple(tuple(known[record].record_id for record in cluster) for cluster in clusters),
        band_of=band_of,
        probability_of=chance_of,
        links=_links(known, model, log_odds, clustering),
        reviews=_reviews(known, model, log_odds, decided, clustering),
        compared_pairs=len(log_odds),
    )


def _links(
    known: Sequence[StandardRecord], model: LinkModel, log_odds: Mapping[Pair, float], clustering: Clustering
) -> tuple[Link, ...]:
    links = []
    for (left, right), odds in sorted(log_odds.items()):
        chance = probability(odds)
        if clustering.group_of[left] != clustering.group_of[right] or chance < model.merge_at:
            continue
        verified = near_conclusive(known[left], known[right])
        band = Band.VERIFIED if verified else band_for(chance, model)
        claims = claims_between(known[left], known[right])
        links.append(Link(known[left].record_id, known[right].record_id, chance, band, claims))
    return tuple(links)


def _reviews(
    known: Sequence[StandardRecord],
    model: LinkModel,
    log_odds: Mapping[Pair, float],
    decided: Mapping[Pair, Verdict],
    clustering: Clustering,
) -> tuple[ReviewPair, ...]:
    """One pair, the most probable, for each two clusters that may be one person."""

    def between_groups(pair: Pair) -> Pair:
        first, second = sorted((clustering.group_of[pair[0]], clustering.group_of[pair[1]]))
        return (first, second)

    settled = {between_groups(pair) for pair, verdict in decided.items() if verdict == "different"}
    best: dict[Pair, tuple[float, Pair]] = {}
    for pair, odds in log_odds.items():
        between = between_groups(pair)
        if between[0] == between[1] or probability(odds) < model.review_at or between in settled:
            continue
        best[between] = min(best.get(between, (0.0, pair)), (-odds, pair))
    reviews = []
    for _, (left, right) in sorted(best.values()):
        conflict = conflict_between(known[left], known[right])
        reason = conflict or clustering.refused.get((left, right)) or "unsure"
        if reason in _NOT_FOR_REVIEW:
            continue
        claims = claims_between(known[left], known[right])
        reviews.append(
            ReviewPair(
                known[left].record_id, known[right].record_id, probability(log_odds[left, right]), (reason,), claims
            )
        )
    return tuple(reviews)
