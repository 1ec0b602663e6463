"""Leads that are left out: duplicates, do-not-call lists, numbers uploaded before.

Numbers are kept as integers, the first million and more of them in a plain set (65 MB a million, a fifth of a
microsecond each), then in compressed bitmaps (15 MB a million, half a microsecond): ten million strings in a set
would take 840 MB.
"""

from __future__ import annotations

from array import array
from collections import Counter
from itertools import repeat
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.lead import LeftOutKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from pyroaring import BitMap64

    from telecmi_leads.ledger import KnownCampaign

_integers = msgspec.json.Decoder(list[int])


def _values(numbers: Sequence[str]) -> list[int]:
    """Turn E.164 digits into integers, as one JSON array: half the time of `int` for each."""
    return _integers.decode(f"[{','.join(numbers)}]")


class NumberSet(Struct):
    """A set of E.164 numbers (digits without plus), compact at ten million.

    `limit` numbers are kept in a plain set, which is faster, before they move to the bitmap, which is smaller.
    """

    limit: int = 1_200_000
    _fresh: set[int] = field(default_factory=set)
    _packed: BitMap64 | set[int] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self._packed) + len(self._fresh)

    def add(self, numbers: Sequence[str]) -> None:
        """Put numbers in."""
        self._fresh.update(value for value in _values(numbers) if value not in self._packed)
        self._pack()

    def hits(self, numbers: Sequence[str]) -> list[int]:
        """Return the positions of numbers that are in the set."""
        fresh, packed = self._fresh, self._packed
        return [at for at, value in enumerate(_values(numbers)) if value in fresh or value in packed]

    def repeats(self, numbers: Sequence[str]) -> list[int]:
        """Return the positions of numbers that were in the set or stand further up, and put all of them in."""
        return self.repeated(_values(numbers))

    def repeated(self, values: Sequence[int]) -> list[int]:
        """Do the same for numbers as integers."""
        fresh, packed, before = self._fresh, self._packed, len(self._fresh)
        known = fresh.intersection(values)
        if packed:
            known.update(filter(packed.__contains__, values))
        fresh.update([value for value in values if value not in known] if known else values)
        found: list[int] = []
        if len(fresh) - before < len(values):
            for at, value in enumerate(values):
                if value in known:
                    found.append(at)
                known.add(value)
        self._pack()
        return found

    def clear(self) -> None:
        """Take all numbers out."""
        self._fresh.clear()
        self._packed.clear()

    def _pack(self) -> None:
        if len(self._fresh) < self.limit:
            return
        if not self._packed:
            from pyroaring import BitMap64  # 1.5 MB that few runs need

            self._packed = BitMap64()
        self._packed.update(self._fresh)
        self._fresh.clear()


class ExcludeList(Struct, frozen=True):
    """A do-not-call list: its name as shown, its numbers, and how many rows hold something and no number.

    `hidden` are its hidden sheets that hold numbers; they count too.
    """

    name: str
    numbers: NumberSet
    unreadable: int = 0
    hidden: tuple[str, ...] = ()


class LeftOut(Struct, frozen=True):
    """Why the lead at a position of its block is left out; `code` names the exclude list, or is WAITING.

    `campaign` is the one that has the number, in since `when`.
    """

    kind: LeftOutKind
    code: str = ""
    campaign: str = ""
    when: str = ""


def _above_least(values: Sequence[int]) -> tuple[int, array[int]]:
    """Return the least of some numbers, and how far each is above it: mobiles of one country lie within 32 bits."""
    least = min(values)
    above = [value - least for value in values]
    try:
        return least, array("I", above)
    except OverflowError:
        return least, array("Q", above)


class FirstRows:
    """Remembers in which row each number came first, so that its duplicates can name that row: 4 to 8 bytes a row.

    Rows beyond the first `limit` are not remembered, so that memory stays bounded: their duplicates name no row.
    """

    def __init__(self, limit: int = 8_000_000) -> None:
        self._limit = limit
        self.clear()

    def clear(self) -> None:
        """Forget all rows."""
        self._blocks: list[tuple[int, Sequence[int], int, array[int]]] = []
        self._left = self._limit
        self._repeats = array("Q"), array("I"), array("I")

    def add(self, values: Sequence[int], table: int, rows: Sequence[int]) -> None:
        """Take the numbers of a block of a table, and the rows they are in, in rising order."""
        if self._left > 0 and rows:
            self._left -= len(values)
            straight = rows[-1] - rows[0] == len(rows) - 1  # nearly always: no row is left out in between
            kept = range(rows[0], rows[-1] + 1) if straight else array("I", rows)
            self._blocks.append((table, kept, *_above_least(values)))

    def repeat(self, numbers: Sequence[str], table: int, rows: Sequence[int]) -> None:
        """Take rows of a table whose numbers have come before."""
        for column, values in zip(self._repeats, (map(int, numbers), repeat(table, len(rows)), rows), strict=True):
            column.extend(values)

    def repeats(self) -> Iterator[tuple[int, int, str, tuple[int, int] | None]]:
        """Yield table, row and number of each repeat, and where the row stands that has its number first."""
        if not self._repeats[0]:
            return
        wanted, found = set(self._repeats[0]), dict[int, tuple[int, int]]()
        for table, rows, least, packed in self._blocks:
            values = [least + above for above in packed]
            here = wanted.intersection(values)
            if here:
                wanted -= here  # what comes first here is not looked for further down
                for value, row in zip(values, rows, strict=True):
                    if value in here:
                        found.setdefault(value, (table, row))
        for number, table, row in zip(*self._repeats, strict=True):
            yield table, row, str(number), found.get(number)


WAITING = "waiting"
"""The code of a row that is left out since its number waits in a campaign that is not proven to be in."""


class KnownPeople(Struct):
    """Whom the ledger knows of a plan's people, counted as the blocks come.

    `find` is Ledger.known_among with the runs `own`: those of the plan's name, so that their content may be the plan's.
    People who are in the same campaigns are looked at once a block.
    With `new_only` those are left out who were uploaded since `since` (None: ever), and those who wait. With `append`
    the same holds for the campaigns of `own` alone. Otherwise everybody stays, and is counted.

    `touched` counts a run's people in the input, `touched_open` those whose campaign is not settled, `covered` those
    who are on no do-not-call list; `kept_own` are those of this plan who are in a run of `own`, and `kept_uploaded`
    those of these whom it has uploaded, longer ago than `since`.
    """

    find: Callable[[Sequence[str]], Mapping[int, Sequence[KnownCampaign]]]
    own: frozenset[str] = frozenset()
    new_only: bool = False
    since: datetime | None = None
    append: bool = False
    uploaded: int = 0
    uploaded_in: Counter[KnownCampaign] = field(default_factory=Counter)
    waiting: int = 0
    waiting_in: Counter[KnownCampaign] = field(default_factory=Counter)
    left_waiting: int = 0
    touched: Counter[str] = field(default_factory=Counter)
    touched_open: Counter[str] = field(default_factory=Counter)
    covered: Counter[str] = field(default_factory=Counter)
    kept_own: int = 0
    kept_uploaded: int = 0
    _block: Mapping[int, Sequence[KnownCampaign]] = field(default_factory=dict)
    _told: dict[KnownCampaign, LeftOut] = field(default_factory=dict)

    def sort(self, numbers: Sequence[str]) -> dict[int, LeftOut]:
        """Return position → why for those of a block who are left out, since they are known."""
        self._block = self.find(numbers)
        if not self.new_only and not self.append:
            return {}
        alike = {id(campaigns): campaigns for campaigns in self._block.values()}
        whys = {each: self._why(campaigns) for each, campaigns in alike.items()}
        found = ((at, whys[id(campaigns)]) for at, campaigns in self._block.items())
        return {at: why for at, why in found if why is not None}

    def restart(self) -> None:
        """Forget who was counted: all rows are read again."""
        self.uploaded = self.waiting = self.left_waiting = 0
        self.kept_own = self.kept_uploaded = 0
        for each in (self.uploaded_in, self.waiting_in, self.touched, self.touched_open, self.covered):
            each.clear()

    def _why(self, campaigns: Sequence[KnownCampaign]) -> LeftOut | None:
        meant = campaigns if self.new_only else [each for each in campaigns if each.run in self.own]
        uploaded = [each for each in meant if each.status is CampaignStatus.ACCEPTED and self._recent(each)]
        if uploaded:
            newest = uploaded[0] if len(uploaded) == 1 else max(uploaded, key=lambda each: each.id)
            return self._left_out(newest, "")
        waiting = next((each for each in meant if self._may_be_in(each)), None)
        return None if waiting is None else self._left_out(waiting, WAITING)

    def _left_out(self, campaign: KnownCampaign, code: str) -> LeftOut:
        """Return why whoever is in this campaign is left out: one value for all of its people."""
        found = self._told.get(campaign)
        if found is None:
            when = "" if campaign.settled is None else f"{campaign.settled.astimezone():%Y-%m-%d %H:%M}"
            found = self._told[campaign] = LeftOut(LeftOutKind.ALREADY_UPLOADED, code, campaign.name, when)
        return found

    def _may_be_in(self, campaign: KnownCampaign) -> bool:
        return not campaign.status.settled or (self.append and campaign.name_taken)

    def _recent(self, campaign: KnownCampaign) -> bool:
        if not self.new_only or self.since is None:
            return True
        return campaign.settled is not None and campaign.settled >= self.since

    def count(self, rows: int, left_out: Mapping[int, LeftOut]) -> None:
        """Count the first so many numbers of the block just sorted; `left_out` says who of them goes, and why."""
        alike: dict[tuple[int, int], tuple[Sequence[KnownCampaign], LeftOut | None]] = {}
        people: Counter[tuple[int, int]] = Counter()
        for at, campaigns in self._block.items():
            if at < rows:
                why = left_out.get(at)
                key = id(campaigns), id(why)
                alike[key] = campaigns, why
                people[key] += 1
        for key, (campaigns, why) in alike.items():
            self._count_alike(campaigns, why, people[key])

    def _count_alike(self, campaigns: Sequence[KnownCampaign], why: LeftOut | None, people: int) -> None:
        """Count people who are in the same campaigns, and who stay or are left out for the same reason."""
        if why is not None and why.kind is LeftOutKind.DUPLICATE:
            return
        mine = {each.run for each in campaigns if not self._goes_again(each)} & self.own
        open_ = {each.run for each in campaigns if not each.status.settled} & self.own
        self.touched.update(dict.fromkeys(mine, people))
        self.touched_open.update(dict.fromkeys(open_, people))
        if why is not None and why.kind is not LeftOutKind.ALREADY_UPLOADED:
            return
        self.covered.update(dict.fromkeys(mine, people))
        if why is None and mine:
            self.kept_own += people
            self.kept_uploaded += people * any(
                each.run in mine and each.status is CampaignStatus.ACCEPTED for each in campaigns
            )
        self._count_known(campaigns, why, people)

    def _goes_again(self, campaign: KnownCampaign) -> bool:
        """Tell whether the campaign's people are new to --append: what was refused is corrected and appended."""
        return self.append and campaign.status is CampaignStatus.REFUSED and not campaign.name_taken

    def _count_known(self, campaigns: Sequence[KnownCampaign], why: LeftOut | None, people: int) -> None:
        uploaded = [each for each in campaigns if each.status is CampaignStatus.ACCEPTED]
        if uploaded:
            self.uploaded += people
            self.uploaded_in.update(uploaded * people)
        open_ = [each for each in campaigns if not each.status.settled]
        if why is not None:
            open_ = [each for each in campaigns if self._may_be_in(each)] if why.code == WAITING else []
        if open_:
            self.waiting += people
            self.left_waiting += people * (why is not None)
            self.waiting_in.update(open_ * people)


class Screen(Struct, frozen=True):
    """Screens the leads of a whole run, block by block, in input order.

    `matched` are the names of the lists that held somebody.
    """

    excludes: Sequence[ExcludeList] = ()
    known: KnownPeople | None = None
    seen: NumberSet = field(default_factory=NumberSet)
    first_rows: FirstRows = field(default_factory=FirstRows)
    matched: set[str] = field(default_factory=set)

    def screen(self, numbers: Sequence[str], table: int = 0, rows: Sequence[int] = ()) -> dict[int, LeftOut]:
        """Return position → why for the leads of a block that are left out.

        `numbers` are E.164 digits, in these `rows` of a table. Of equal numbers in the whole input the first one stays.
        """
        values = _values(numbers)
        left_out = dict.fromkeys(self.seen.repeated(values), LeftOut(LeftOutKind.DUPLICATE))
        self.first_rows.add(values, table, rows)
        for listed in self.excludes:
            hits = listed.numbers.hits(numbers)
            if hits:
                self.matched.add(listed.name)
            for position in hits:
                left_out.setdefault(position, LeftOut(LeftOutKind.EXCLUDED, listed.name))
        if self.known is not None:
            for position, why in self.known.sort(numbers).items():
                left_out.setdefault(position, why)
        return left_out

    def restart(self) -> None:
        """Forget the rows seen so far: all are read again."""
        self.seen.clear()
        self.first_rows.clear()
        self.matched.clear()
        if self.known is not None:
            self.known.restart()

    def count(self, rows: int, left_out: Mapping[int, LeftOut]) -> None:
        """Count whom the ledger knows among the first so many numbers of the block just screened."""
        if self.known is not None:
            self.known.count(rows, left_out)
