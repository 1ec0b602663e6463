"""Cutting a refused campaign until the offending leads stand alone (`--isolate`): what comes next.

A refused campaign is cut in halves, the first is sent; where that is refused too it is cut in turn, where it is
accepted the offender must be in the second. One part of a campaign at a time is under way.

A single lead that must be the offender is sent all the same, since the refusal may have been a whim. It counts as
refused without a request of its own only where the words were a gateway's own: the answer would prove nothing.

The campaign's own name goes to the first part that is accepted. Till then each part is sent under it: was the campaign
in after all, its name is taken, and nothing more of it is sent. The other parts are called like it with b, c, … behind.
The same holds for a part that is refused and cut: its own name goes to its first part that is accepted.

A part offends where it must hold a wrong lead; a single lead is condemned that counts as refused without a further
request. A campaign is murky while nothing is in under its own name and a try may be: its parts are rejoined then.

Everything follows from the campaign, its parts and their tries as the ledger has them, so that a killed process goes on
where it was.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct, field

from telecmi_leads.core.campaign import (
    CampaignStatus,
    OutcomeKind,
    StagedCampaign,
    refreeze,
    thaw_leads,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from telecmi_leads.core.campaign import CampaignRecord
    from telecmi_leads.core.lead import Lead
    from telecmi_leads.ledger import Ledger, Try, Word

_HOPELESS = 9
"""Parts that are refused, without one that is accepted: so many offenders at least, more than are worth looking for."""

_PRICE_OF_HALVES = 2
"""Requests that a cut may cost: one for each half. The second needs none of its own where it was owed one already."""


class Send(Struct, frozen=True):
    """A part is to be sent, under this name.

    `others` holds the tries of other bodies under it, None where it is the part's alone; `top` is the campaign whose
    own name it is.
    """

    part: CampaignRecord
    name: str
    others: tuple[OutcomeKind | Word, ...] | None = None
    top: CampaignRecord | None = None


class Cut(Struct, frozen=True):
    """A campaign or part is to be cut; in one piece where it holds fewer leads than were refused."""

    record: CampaignRecord
    whole: bool = False


class Condemn(Struct, frozen=True):
    """The single lead of a part must be what was refused with `refused`: all the others of that are in.

    It was refused alone too, after a request that was lost; or it is not asked about, see above.
    """

    part: CampaignRecord
    refused: CampaignRecord


class Rejoin(Struct, frozen=True):
    """The parts of a campaign become one again: which of them is in, if any, is not known; or all are refused.

    `parts` are those that are not cut, in the order of their leads.
    """

    top: CampaignRecord
    parts: tuple[int, ...]
    status: CampaignStatus


Move = Send | Cut | Condemn | Rejoin


class _Node(Struct, eq=False):
    record: CampaignRecord
    tries: Sequence[Try]
    parent: _Node | None = None
    parts: list[_Node] = field(default_factory=list)

    @property
    def kinds(self) -> list[OutcomeKind | Word]:
        return [each.kind for each in self.tries]

    @property
    def tried(self) -> bool:
        return bool(self.tries)

    @property
    def refused(self) -> bool:
        """Tell whether the last word on these leads is a refusal, proven or not."""
        last = self.kinds[-1] if self.tries else None
        return self.record.status.may_be_cut and isinstance(last, OutcomeKind) and last.refuses

    def refused_whole(self, *, documented: bool) -> bool:
        """Tell whether just these leads were refused, in documented words or in any."""
        kinds = [
            each.kind for each in self.tries if each.leads == self.record.leads and isinstance(each.kind, OutcomeKind)
        ]
        return any(kind is OutcomeKind.REFUSED or (kind.refuses and not documented) for kind in kinds)

    def leaves(self) -> Iterator[_Node]:
        """Yield the parts that are not cut, in the order of their leads."""
        if not self.record.split:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def all(self) -> Iterator[_Node]:
        """Yield this one and everything cut from it."""
        yield self
        for part in self.parts:
            yield from part.all()

    def rejoin(self, status: CampaignStatus) -> Rejoin:
        """Return the move that makes it whole again, in this state."""
        return Rejoin(self.record, tuple(leaf.record.id for leaf in self.leaves()), status)

    @property
    def accepted(self) -> bool:
        """Tell whether a part is in."""
        return any(leaf.record.status is CampaignStatus.ACCEPTED for leaf in self.leaves())

    @property
    def murky(self) -> bool:
        """Tell whether it is open whether these leads are in: nothing went in under their name, and a try may have."""
        if not self.record.split or self.accepted:
            return False
        unsure = (leaf for leaf in self.leaves() if leaf.record.status is CampaignStatus.UNKNOWN)
        return any(leaf.refused or not leaf.tried for leaf in unsure)


class Family:
    """A planned campaign with the parts cut from it. `budget` is the number of requests for the parts."""

    def __init__(
        self, records: Sequence[CampaignRecord], tries: Mapping[int, Sequence[Try]], *, budget: int, cutting: bool
    ) -> None:
        nodes = {record.id: _Node(record, tries.get(record.id, ())) for record in records}
        for node in nodes.values():
            node.parent = None if node.record.parent_id is None else nodes[node.record.parent_id]
            if node.parent is not None:
                node.parent.parts.append(node)
        self._root = next(node for node in nodes.values() if node.parent is None)
        self._budget = budget
        self._cutting = cutting

    @cached_property
    def _left(self) -> int:
        """The requests that may be spent on cuts: each part that waits to be sent is owed one."""
        spent = sum(
            sum(isinstance(kind, OutcomeKind) for kind in node.kinds)
            for node in self._root.all()
            if node.parent is not None
        )
        owed = sum(
            leaf.parent is not None
            and leaf.record.status.to_send
            and not leaf.refused
            and self._not_asked(leaf) is None
            for leaf in self._root.leaves()
        )
        return self._budget - spent - owed

    def next_move(self) -> Move | None:
        """Return what is to be done next; None where nothing is left to do."""
        # Before any other move: with so many offenders each further cut only finds one more, at two requests each.
        if self._hopeless:
            status = CampaignStatus.UNKNOWN if self._root.murky else CampaignStatus.REFUSED
            return self._root.rejoin(status)
        moves = (self._move(leaf) for leaf in self._root.leaves())
        return next((move for move in moves if move is not None), None)

    @property
    def _hopeless(self) -> bool:
        refused = sum(leaf.refused for leaf in self._root.leaves())
        return self._root.record.split and refused >= _HOPELESS and not self._root.accepted

    def unsettled(self) -> list[Rejoin]:
        """Return the campaigns that have to be made whole again when no more is sent: nobody knows which part is in."""
        found: list[Rejoin] = []
        todo = [self._root]
        while todo:
            node = todo.pop()
            if node.murky:
                found.append(node.rejoin(CampaignStatus.UNKNOWN))
            else:
                todo += node.parts
        return found

    def _move(self, leaf: _Node) -> Move | None:
        condemned_with = self._refused_twice(leaf) or self._not_asked(leaf)
        if condemned_with is not None:
            return Condemn(leaf.record, condemned_with)
        if leaf.refused:
            return self._cut_of(leaf)
        if leaf.parent is None or not leaf.record.status.to_send:
            return None
        affordable = self._cutting and self._left >= _PRICE_OF_HALVES - 1
        if leaf.record.leads > 1 and affordable and self._known_to_offend(leaf, documented=True) is not None:
            return Cut(leaf.record)
        return self._send(leaf)

    def _not_asked(self, leaf: _Node) -> CampaignRecord | None:
        """Return what a single lead counts as refused with, unsent: a gateway's own words would say no more of it."""
        if leaf.record.leads > 1 or leaf.record.status is not CampaignStatus.UNSENT:
            return None
        documented = self._known_to_offend(leaf, documented=True)
        return None if documented is not None else self._known_to_offend(leaf, documented=False)

    def _refused_twice(self, leaf: _Node) -> CampaignRecord | None:
        """Return what a single lead was refused with that was refused alone too, after a request that was lost.

        Under its own name no other part can show whether that request went in.
        """
        alone = leaf.record.leads == 1 and leaf.record.status is CampaignStatus.UNKNOWN
        if not alone or leaf.kinds[-1:] != [OutcomeKind.REFUSED]:
            return None
        return self._refused_for(leaf, documented=True)

    def _cut_of(self, leaf: _Node) -> Cut | None:
        """Return how a refused part is cut; None where it can't be, was so in vain, or the budget is spent."""
        if not self._cutting or leaf.record.was_joined_again:
            return None
        if not any(each.leads == leaf.record.leads for each in leaf.tries):
            return Cut(leaf.record, whole=True) if self._left >= 1 else None
        if leaf.record.leads == 1 or self._left < _PRICE_OF_HALVES:
            return None
        return Cut(leaf.record)

    def _known_to_offend(self, node: _Node, *, documented: bool) -> CampaignRecord | None:
        """Return what was refused because of these leads alone; None where that is not known, or they were sent."""
        return None if node.tried else self._refused_for(node, documented=documented)

    def _refused_for(self, node: _Node, *, documented: bool) -> CampaignRecord | None:
        """Return what was refused with these leads in it, where all of its others are in."""
        parent = node.parent
        if parent is None or parent.parts[1:] != [node]:
            return None
        first = parent.parts[0].record
        whole = first.leads + node.record.leads == parent.record.leads
        if first.split or first.status is not CampaignStatus.ACCEPTED or not whole:
            return None
        if parent.refused_whole(documented=documented):
            return parent.record
        return self._known_to_offend(parent, documented=documented)

    def name_is_taken(self, top: CampaignRecord) -> Rejoin:
        """Return what follows where the own name of `top` is taken, by itself or by a part of it."""
        return next(node for node in self._root.all() if node.record.id == top.id).rejoin(CampaignStatus.UNVERIFIED)

    def _send(self, leaf: _Node) -> Send:
        top = self._nameless(leaf)
        if top is None:
            return Send(leaf.record, leaf.record.name)
        others = tuple(kind for node in top.all() if node is not leaf for kind in node.kinds)
        return Send(leaf.record, top.record.name, others, top.record)

    @staticmethod
    def _nameless(leaf: _Node) -> _Node | None:
        """Return the highest campaign whose own name is not given to a part yet, and is this part's to try."""
        found = None
        node = leaf.parent
        while node is not None and not node.accepted:
            if any(each.record.name == node.record.name for each in node.leaves()):
                found = node
            node = node.parent
        return found


def in_parts(move: Cut, body: bytes, second: str) -> list[StagedCampaign]:
    """Return the halves of a campaign or part, the first under its own name and the other under that of the `second`.

    A campaign that is to be sent in one piece is its only part.
    """
    leads = thaw_leads(body)
    record = move.record
    if move.whole:
        return [_part(record, body, record.name, leads)]
    half = len(leads) // 2
    return [_part(record, body, record.name, leads[:half]), _part(record, body, second, leads[half:])]


def rejoined(record: CampaignRecord, bodies: Sequence[bytes]) -> StagedCampaign:
    """Return a campaign made of its parts again; `bodies` are theirs, in the order of their leads."""
    # In the order of the parts, which is that of the plan: the same leads under the same name give the same bytes
    # again.
    leads = [lead for body in bodies for lead in thaw_leads(body)]
    return _part(record, bodies[0], record.name, leads)


def rejoin(ledger: Ledger, move: Rejoin, *, at: datetime, message: str = "") -> CampaignRecord:
    """Make a campaign whole again in the ledger; return it. `message` is said of it, where there is one."""
    whole = rejoined(move.top, [ledger.body(part) for part in move.parts])
    return ledger.rejoin(whole, move.top.id, move.status, at=at, message=message)


def _part(record: CampaignRecord, body: bytes, name: str, leads: Sequence[Lead]) -> StagedCampaign:
    return StagedCampaign(record.number, record.group, name, len(leads), refreeze(body, name, leads))
