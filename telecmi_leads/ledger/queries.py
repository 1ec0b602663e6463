"""Asking the ledger: runs, their campaigns, names taken. All sums are made by SQL."""

from __future__ import annotations

import json
import os
import zlib
from collections import defaultdict
from enum import StrEnum
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus, OutcomeKind
from telecmi_leads.core.lead import RowTotals
from telecmi_leads.core.run import KnownBefore, LeadTotals, ListsRead, RunRecord, RunState, Typed
from telecmi_leads.core.text import fold_name
from telecmi_leads.ledger.schema import KEPT, from_micros

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from telecmi_leads.ledger.store import Store

_RUN = """
SELECT seq, id, account, name, created, state, read, blank, rejections, repairs, skipped, audience,
    report_dir, dry_run, typed, pattern, lists, known
FROM runs WHERE state <> 'preparing'
"""

_USED_NAMES = """
SELECT c.name FROM campaigns c JOIN runs r ON r.seq = c.run WHERE r.account = ?1 AND r.state IN (?2, ?3)
UNION SELECT name FROM used_names WHERE account = ?1
"""
_USED_NUMBERS = """
SELECT r.name, c.part, max(c.number) FROM campaigns c JOIN runs r ON r.seq = c.run
    WHERE r.account = ?1 AND r.state IN (?2, ?3) GROUP BY r.name, c.part
UNION ALL SELECT run_name, part, max(number) FROM used_names WHERE account = ?1 GROUP BY run_name, part
"""

_FEWEST = """
(SELECT min(t.leads) FROM attempts t WHERE t.campaign = c.id AND t.leads > 0 AND t.id > coalesce(
    (SELECT max(w.id) FROM attempts w WHERE w.campaign = c.id AND w.kind IN ('said_accepted', 'said_not_uploaded')), 0))
"""
"""How few leads a request for a campaign `c` held, since a person has last said something of it."""

# A person's word (Word) stands among the attempts, and is not one: nothing was sent for it.
_CAMPAIGN = """
SELECT c.id, c.number, c.part, c.name, c.leads, c.status, c.code, c.message, c.confirmed_by_name, c.split, p.name,
    count(a.id), coalesce(sum(a.seconds), 0.0), min(a.started),
    c.parent, c.root, (SELECT l.kind FROM attempts l WHERE l.campaign = c.id ORDER BY l.id DESC LIMIT 1),
    coalesce({fewest}, 0),
    (SELECT max(w.started) FROM attempts w WHERE w.campaign = c.id AND w.kind = :accepted)
FROM campaigns c
LEFT JOIN campaigns p ON p.id = c.parent
LEFT JOIN attempts a ON a.campaign = c.id
    AND (a.kind IS NULL OR a.kind NOT IN (:accepted, :not_uploaded))
WHERE {where} GROUP BY c.id ORDER BY c.root, length(c.name), c.name, c.id
"""

ONLY_BY_HAND = f"(c.leads = 1 OR coalesce({_FEWEST}, c.leads) < c.leads)"
"""CampaignRecord.only_by_hand of a campaign `c` that is refused in doubt."""

_IN_DOUBT = """
SELECT c.run, {}, sum(c.leads) FROM campaigns c
JOIN attempts l ON l.id = (SELECT max(id) FROM attempts WHERE campaign = c.id)
WHERE c.run IN (SELECT value FROM json_each(?)) AND c.split = 0 AND c.status = ?
AND l.kind IN (SELECT value FROM json_each(?)) GROUP BY 1, 2
"""
"""By run: the leads of campaigns that are refused in doubt, those that only a person can settle apart."""

REFUSALS = json.dumps([kind for kind in OutcomeKind if kind.refuses])


class Word(StrEnum):
    """What a person who looked at the dashboard has said of a campaign; stands in its history like an outcome."""

    ACCEPTED = "said_accepted"
    NOT_UPLOADED = "said_not_uploaded"


class Try(Struct, frozen=True):
    """What one request came to, with the number of leads in it (0 where an older version sent it)."""

    kind: OutcomeKind | Word
    leads: int


def runs(store: Store, account: str | None = None) -> list[RunRecord]:
    """Return the runs of an account, or all, newest first. Plans in the making or refused are not among them."""
    return _runs(store, "state <> ? AND (account = ? OR ?2 IS NULL)", (RunState.REFUSED, account))


def accounts(store: Store) -> frozenset[str]:
    """Return the accounts of which there is a run, plans in the making or refused included."""
    return frozenset(account for (account,) in store.rows("SELECT DISTINCT account FROM runs"))


def run(store: Store, run_id: str) -> RunRecord | None:
    """Return the run of this id, or the only one whose id begins so; None where there is none, or several."""
    if not run_id:  # every id begins with nothing
        return None
    # Not LIKE: % and _ would be wildcards in what a person types.
    found = _runs(store, "id = ?", (run_id,)) or _runs(store, "substr(id, 1, ?) = ?", (len(run_id), run_id))
    return found[0] if len(found) == 1 else None


def runs_named(store: Store, account: str, name: str) -> list[RunRecord]:
    """Return the account's runs of this name that may be sent, newest first."""
    folded = fold_name(name)
    found = store.rows("SELECT seq, name FROM runs WHERE account = ? AND state <> ?", (account, RunState.REFUSED))
    wanted = json.dumps([seq for seq, each in found if fold_name(each) == folded])
    return _runs(store, "seq IN (SELECT value FROM json_each(?))", (wanted,))


def campaigns(store: Store, run_id: str) -> list[CampaignRecord]:
    """Return a run's campaigns in the order of the plan; one that was halved comes before its halves."""
    return _campaigns(store, "c.run = (SELECT seq FROM runs WHERE id = :wanted)", run_id)


def campaign(store: Store, campaign_id: int) -> CampaignRecord:
    """Return one campaign. Raises KeyError where there is none of this id."""
    found = _campaigns(store, "c.id = :wanted", campaign_id)
    if not found:
        raise KeyError(campaign_id)
    return found[0]


def campaigns_of_root(store: Store, root: int) -> list[CampaignRecord]:
    """Return a planned campaign and what was cut from it, in the order of their making."""
    return sorted(_campaigns(store, "c.root = :wanted", root), key=attrgetter("id"))


def _campaigns(store: Store, where: str, wanted: str | int) -> list[CampaignRecord]:
    values = {"wanted": wanted, "accepted": Word.ACCEPTED, "not_uploaded": Word.NOT_UPLOADED}
    return [_campaign(store, row) for row in store.rows(_CAMPAIGN.format(where=where, fewest=_FEWEST), values)]


def body(store: Store, campaign_id: int) -> bytes:
    """Return the frozen bytes of a campaign's request."""
    rows = store.rows("SELECT crc, body FROM bodies WHERE campaign = ?", (campaign_id,))
    if not rows:
        raise KeyError(campaign_id)
    crc, body = rows[0]
    # A campaign whose bytes a disk has changed would go out under a name that promises others.
    if not isinstance(body, bytes) or zlib.crc32(body) != crc:
        raise store.damaged("the request of a campaign is not as it was written")
    return body


def history(store: Store, campaign_id: int) -> list[OutcomeKind | Word]:
    """Return what the campaign's requests came to, oldest first, with what people have said of it in between.

    A request on its way is not among them.
    """
    rows = store.rows("SELECT kind FROM attempts WHERE campaign = ? ORDER BY id", (campaign_id,))
    kinds = (attempt_kind(store, kind) for (kind,) in rows)
    return [kind for kind in kinds if kind is not None]


def names_taken(store: Store, account: str, names: Sequence[str]) -> set[str]:
    """Return those of the campaign names that this ledger has used for the account, forgotten runs included."""
    used = folded_names(store, account)
    return {name for name in names if fold_name(name) in used}


def folded_names(store: Store, account: str) -> frozenset[str]:
    """Return the campaign names that this ledger has used for the account, as a service may compare them."""
    return frozenset(fold_name(name) for (name,) in store.rows(_USED_NAMES, (account, *KEPT)))


def last_numbers(store: Store, account: str, name: str) -> dict[str, int]:
    """Return the highest numbers used under a run's name, forgotten runs included: folded group → number."""
    folded = fold_name(name)
    found: dict[str, int] = {}
    for run_name, group, number in store.rows(_USED_NUMBERS, (account, *KEPT)):
        if fold_name(run_name) == folded:
            found[group.casefold()] = max(number, found.get(group.casefold(), 0))
    return found


def forgotten_names(store: Store, account: str, name: str) -> list[str]:
    """Return the campaign names of forgotten runs of this name: who was in them is not known any more."""
    folded = fold_name(name)
    rows = store.rows("SELECT name, run_name FROM used_names WHERE account = ? ORDER BY name", (account,))
    return [campaign for campaign, run_name in rows if fold_name(run_name) == folded]


def _runs(store: Store, where: str, values: Sequence[Any]) -> list[RunRecord]:
    found = store.rows(f"{_RUN} AND {where} ORDER BY seq DESC", values)
    wanted = json.dumps([row[0] for row in found])
    left_out: dict[int, dict[str, int]] = defaultdict(dict)
    for seq, kind, count in store.rows(
        "SELECT run, kind, sum(count) FROM left_out WHERE run IN (SELECT value FROM json_each(?)) GROUP BY run, kind",
        (wanted,),
    ):
        left_out[seq][kind] = count
    leads: dict[int, dict[str, int]] = defaultdict(dict)
    campaigns: dict[int, int] = defaultdict(int)
    for seq, status, total, count in store.rows(
        "SELECT run, status, sum(leads), count(*) FROM campaigns"
        " WHERE split = 0 AND run IN (SELECT value FROM json_each(?)) GROUP BY run, status",
        (wanted,),
    ):
        # Two states of the ledger may be one to outsiders (SENDING reads as unknown), so that they are added up.
        state = _status(store, status).to_outsiders
        leads[seq][state] = leads[seq].get(state, 0) + total
        campaigns[seq] += count
    runs = {row[0]: _run(store, row, left_out[row[0]], leads[row[0]], campaigns[row[0]]) for row in found}
    for seq, by_hand, total in store.rows(_IN_DOUBT.format(ONLY_BY_HAND), (wanted, CampaignStatus.UNKNOWN, REFUSALS)):
        runs[seq] = replace(runs[seq], **{"by_hand" if by_hand else "in_doubt": total})
    return list(runs.values())


def _run(store: Store, row: Any, left_out: Mapping[str, int], leads: Mapping[str, int], campaigns: int) -> RunRecord:  # noqa: ANN401 - a row of SQLite
    (_, id_, account, name, created, state, read, blank, *rest) = row
    *texts, report_dir, dry_run, typed, pattern, lists, known = rest
    try:
        rejections, repairs, skipped, audience = (json.loads(text) for text in texts)
        return RunRecord(
            id=id_,
            account=account,
            name=name,
            created=from_micros(created),
            state=RunState(state),
            rows=RowTotals(read=read, blank=blank, leads=sum(leads.values()), **left_out),
            leads=LeadTotals(**leads),
            campaigns=campaigns,
            rejections=rejections,
            repairs=repairs,
            skipped=skipped,
            report_dir=os.fsdecode(report_dir),
            dry_run=bool(dry_run),
            audience=audience,
            typed=msgspec.convert(json.loads(typed), type=Typed),  # a path in it may hold bytes that are not text
            pattern=pattern,
            lists=msgspec.convert(json.loads(lists), type=ListsRead),  # the same
            known=msgspec.json.decode(known, type=KnownBefore),
        )
    except (ValueError, TypeError, OverflowError, msgspec.MsgspecError) as error:
        raise store.damaged("a run can't be read") from error


def _campaign(store: Store, row: Any) -> CampaignRecord:  # noqa: ANN401 - a row of SQLite
    id_, number, part, name, leads, status, code, message, confirmed, split, parent, *tried, by_hand = row
    attempts, seconds, started, parent_id, root, last, fewest_leads = tried
    kind = attempt_kind(store, last)
    known = _status(store, status)
    try:
        return CampaignRecord(
            id=id_,
            number=number,
            group=part,
            name=name,
            leads=leads,
            # SENDING is only true of a request of this very process. Of any other it means: killed, outcome unknown.
            status=known if id_ in store.in_flight else known.to_outsiders,
            code=code,
            message=message,
            attempts=attempts,
            seconds=seconds,
            confirmed_by_name=bool(confirmed),
            started=None if started is None else from_micros(started),
            parent=parent,
            parent_id=parent_id,
            root=id_ if root is None else root,
            split=bool(split),
            last=kind if isinstance(kind, OutcomeKind) else None,
            fewest_leads=fewest_leads,
            settled_by_hand=None if by_hand is None else from_micros(by_hand),
        )
    except (ValueError, TypeError, OverflowError) as error:
        raise store.damaged("a campaign can't be read") from error


def _status(store: Store, status: str) -> CampaignStatus:
    """Return a campaign's state as the ledger has it. Raises LedgerError for any other."""
    try:
        return CampaignStatus(status)
    except ValueError as error:
        raise store.damaged("a campaign can't be read") from error


def attempt_kind(store: Store, kind: str | None) -> OutcomeKind | Word | None:
    """Return an attempt's kind as the ledger has it. Raises LedgerError for any other."""
    try:
        return None if kind is None else Word(kind) if kind in set(Word) else OutcomeKind(kind)
    except ValueError as error:
        raise store.damaged("an attempt can't be read") from error
