"""The ledger as a whole, in the order of a run's life: open, plan, intent, outcome, totals, forget."""

from __future__ import annotations

from secrets import token_bytes
from typing import TYPE_CHECKING, Self

from telecmi_leads.core.campaign import thaw_phones
from telecmi_leads.ledger import attempts, forgetting, left_out, queries, staging, uploaded_numbers
from telecmi_leads.ledger.ledger_files import LEDGER, is_gone, open_ledger, open_temporary
from telecmi_leads.ledger.store import Store

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from telecmi_leads.core.campaign import CampaignRecord, CampaignStatus, KnownCampaign, OutcomeKind, StagedCampaign
    from telecmi_leads.core.lead import LeftOutKind, LeftOutRow, TableInfo
    from telecmi_leads.core.run import RunRecord
    from telecmi_leads.ledger.attempts import Judged
    from telecmi_leads.ledger.forgetting import Forgotten, ToForget
    from telecmi_leads.ledger.left_out import Hits
    from telecmi_leads.ledger.queries import Try, Word
    from telecmi_leads.ledger.staging import NewRun, PlanFigures
    from telecmi_leads.ledger.uploaded_numbers import Fate


class Ledger:
    """One ledger, open in one thread of one process. A context manager; every method may raise LedgerError.

    This page says what can be done with it. The SQL is in the modules beside it, by topic.
    """

    # --- open -----------------------------------------------------------------------------------

    def __init__(
        self, connection: sqlite3.Connection, *, key: bytes, path: Path | None, keeps_bodies: bool = False
    ) -> None:
        self._store = Store(connection, key=key, path=path, keeps_bodies=keeps_bodies or path is not None)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the ledger of a state folder, making both where there is none; older versions are migrated.

        Raises LedgerError, with the files left as they are, where the folder or file is not private to this user,
        can't be written, lies on a network, or is empty, damaged, foreign or of a newer version.
        """
        connection, key, path = open_ledger(folder)
        return cls(connection, key=key, path=path)

    @classmethod
    def open_existing(cls, folder: Path) -> Self | None:
        """Open the ledger of a state folder as `open` does; None, and nothing made, where there is none."""
        path = folder / LEDGER
        return cls.open(folder) if path.exists() or path.is_symlink() else None

    @staticmethod
    def is_gone(folder: Path) -> bool:
        """Tell whether a state folder holds a ledger's key and no ledger, so that `open` would begin anew."""
        return is_gone(folder)

    @classmethod
    def temporary(cls) -> Self:
        """Make a ledger that keeps no leads and of which nothing is left when it is closed, for dry runs."""
        return cls(open_temporary(), key=b"", path=None)

    @classmethod
    def rehearsal(cls) -> Self:
        """Make a ledger of which nothing is left when it is closed, but which keeps its leads until they are sent."""
        return cls(open_temporary(journal="MEMORY"), key=token_bytes(32), path=None, keeps_bodies=True)

    def close(self) -> None:
        """Close the ledger. After a failed write the files are left as they are, for the next process to recover."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- plan -----------------------------------------------------------------------------------

    def begin_run(self, run: NewRun) -> None:
        """Begin a plan; what a killed process left of an earlier one for this account is removed.

        To be called under the account's lock, or the other plan may be a living one.
        """
        staging.begin_run(self._store, run)

    def add_table(self, run_id: str, table: TableInfo) -> int:
        """Add a table to a plan; return its index, which LeftOutRow.table refers to."""
        return staging.add_table(self._store, run_id, table)

    def stage(self, run_id: str, campaigns: Sequence[StagedCampaign], rows: Sequence[LeftOutRow]) -> None:
        """Add campaigns, and rows that did not become leads, to a plan."""
        staging.stage(self._store, run_id, campaigns, rows)

    def empty_plan(self, run_id: str) -> None:
        """Take out what is staged of a plan in the making, so that it can be staged anew."""
        staging.empty_plan(self._store, run_id)

    def finish_plan(self, run_id: str, figures: PlanFigures, *, refused: bool = False) -> None:
        """Make a plan visible: from here on it can be sent and resumed, unless it is refused.

        Raises BalanceError where the rows don't add up or are not what was staged; the plan then stays invisible.
        """
        staging.finish_plan(self._store, run_id, figures, refused=refused)

    def discard_run(self, run_id: str) -> None:
        """Remove a run of which nothing was ever sent. Raises ValueError for any other."""
        staging.discard_run(self._store, run_id)

    def withdraw(self, run_id: str, hits: Hits, code: str, *, refused: bool = False) -> int:
        """Take numbers out of the run's campaigns that nobody ever tried to send; return how many.

        `hits` returns the positions of the numbers to take out among those given. Their rows count as excluded by the
        list `code` from now on; which row of the input a lead came from is not known any more, and told as row 0. A
        campaign that was ever tried stays as it is: only the same bytes under the same name can settle it. With
        `refused`, refused campaigns lose them too: they are about to be cut, and no request was stored by the service.
        """
        return left_out.withdraw(self._store, run_id, hits, code, refused=refused)

    def tried_among(self, run_id: str, hits: Hits) -> list[tuple[CampaignRecord, list[str]]]:
        """Return the run's campaigns that were tried and are not settled, with the numbers that `hits` finds."""
        return left_out.tried_among(self._store, run_id, hits)

    # --- intent and outcome, under the account's lock ----------------------------------------------

    def begin_attempts(self, campaign_ids: Sequence[int], *, at: datetime) -> None:
        """Write down that these campaigns' requests are about to leave; on the disk when this returns.

        Raises ValueError for a campaign that is neither unsent nor unknown.
        """
        attempts.begin_attempts(self._store, campaign_ids, at=at)

    def expect(self, campaign_id: int) -> None:
        """Work out what the acceptance of a campaign that is on its way will write, so that `record` need not."""
        attempts.expect(self._store, campaign_id)

    def together(self) -> AbstractContextManager[None]:
        """Return a block whose writes are one: on the disk when it ends, with one flush for all, or none of them."""
        return self._store.together()

    def record(self, campaign_id: int, judged: Judged, *, at: datetime) -> CampaignRecord:
        """Write down what a request came to and the campaign's state after it; return the campaign.

        On acceptance the leads leave the ledger in the same transaction, and the hashes of their numbers stay.
        """
        return attempts.record(self._store, campaign_id, judged, at=at)

    def end_by_taken_name(self, run_id: str, *, at: datetime) -> bool:
        """Refuse what is still unsent of a run that a taken name has ended; tell whether it is such a run."""
        return attempts.end_by_taken_name(self._store, run_id, at=at)

    def settle_interrupted(self, run_id: str, *, at: datetime) -> int:
        """Close the requests that a dead process left open: their outcome is unknown. Return how many there were.

        To be called under the account's lock, or they may be another living process's.
        """
        return attempts.settle_interrupted(self._store, run_id, at=at)

    def family(self, root: int) -> tuple[list[CampaignRecord], dict[int, list[Try]]]:
        """Return a planned campaign with all that was cut from it, parents before their parts, and their tries."""
        return attempts.family(self._store, root)

    def split(self, campaign_id: int, staged: Sequence[StagedCampaign]) -> list[CampaignRecord]:
        """Put parts in a campaign's place; return them. The campaign keeps its history, not its leads.

        Its run is unfinished from then on. Where it is not known whether the campaign is in, it is not known of its
        parts either.
        """
        return attempts.split(self._store, campaign_id, staged)

    def take_name(self, campaign_id: int, name: str) -> CampaignRecord:
        """Give a part that was never tried another part's name, and that one its name; return the part."""
        return attempts.take_name(self._store, campaign_id, name)

    def condemn(self, campaign_id: int, refused: int, *, at: datetime) -> CampaignRecord:
        """Refuse a part that is not sent, in the words in which the service has refused another that holds it."""
        return attempts.condemn(self._store, campaign_id, refused, at=at)

    def rejoin(
        self, whole: StagedCampaign, top: int, status: CampaignStatus, *, at: datetime, message: str = ""
    ) -> CampaignRecord:
        """Make a campaign whole again from its parts, in this state; return it. Their tries become its own.

        A part that may be in does not prove that the campaign is: such a try stands in its history as PART_UNKNOWN.
        """
        return attempts.rejoin(self._store, whole, top, status, at=at, message=message)

    def leave_out(self, campaign_id: int, positions: Collection[int], kind: LeftOutKind, code: str) -> None:
        """Take leads out of a refused campaign, by their places; they count as rows that were left out."""
        left_out.leave_out(self._store, campaign_id, positions, kind, code)

    def resolve(self, campaign_id: int, *, accepted: bool, at: datetime) -> CampaignRecord:
        """Write down what a person has found out about a campaign of unknown or unverified outcome; return it.

        Raises ValueError for a campaign in any other state.
        """
        return attempts.resolve(self._store, campaign_id, accepted=accepted, at=at)

    def finish_run(self, run_id: str) -> bool:
        """End a run's sending: mark it finished if every campaign is accepted or refused; tell whether it is.

        Merges the hashes of what was accepted, and empties the log, which still holds leads that have left the ledger.
        """
        return attempts.finish_run(self._store, run_id)

    # --- what the ledger knows --------------------------------------------------------------------

    def runs(self, account: str | None = None) -> list[RunRecord]:
        """Return the runs of an account, or all, newest first. Plans in the making or refused are not among them."""
        return queries.runs(self._store, account)

    def accounts(self) -> frozenset[str]:
        """Return the accounts of which there is a run, plans in the making or refused included."""
        return queries.accounts(self._store)

    def run(self, run_id: str) -> RunRecord | None:
        """Return the run of this id, or the only one whose id begins so; None where there is none, or several."""
        return queries.run(self._store, run_id)

    def runs_named(self, account: str, name: str) -> list[RunRecord]:
        """Return the account's runs of this name that may be sent, newest first, whatever the name's case."""
        return queries.runs_named(self._store, account, name)

    def campaigns(self, run_id: str) -> list[CampaignRecord]:
        """Return a run's campaigns in the order of the plan; one that was halved comes before its halves."""
        return queries.campaigns(self._store, run_id)

    def campaign(self, campaign_id: int) -> CampaignRecord:
        """Return one campaign. Raises KeyError where there is none of this id."""
        return queries.campaign(self._store, campaign_id)

    def tables(self, run_id: str) -> list[TableInfo]:
        """Return the tables that a run's rows came from; LeftOutRow.table is an index into them."""
        return left_out.tables(self._store, run_id)

    def left_out(self, run_id: str, kind: LeftOutKind | None = None) -> Iterator[LeftOutRow]:
        """Yield the rows that did not become leads, of one kind or of all, in file order within each kind.

        Duplicates and rows uploaded before come without their number: it is known otherwise.
        """
        return left_out.left_out(self._store, run_id, kind)

    def body(self, campaign_id: int) -> bytes:
        """Return the frozen bytes of a campaign's request.

        Raises KeyError once they are gone, LedgerError where the disk has changed them.
        """
        return queries.body(self._store, campaign_id)

    def phones(self, campaign_id: int) -> list[str]:
        """Return the numbers of a campaign whose request the ledger holds; who was forgotten is not among them."""
        return list(filter(None, thaw_phones(self.body(campaign_id))))

    def history(self, campaign_id: int) -> list[OutcomeKind | Word]:
        """Return what the campaign's requests came to, oldest first, with what people have said of it in between."""
        return queries.history(self._store, campaign_id)

    def names_taken(self, account: str, names: Sequence[str]) -> set[str]:
        """Return those of the campaign names that this ledger has used for the account, forgotten runs included."""
        return queries.names_taken(self._store, account, names)

    def folded_names(self, account: str) -> frozenset[str]:
        """Return the campaign names that this ledger has used for the account, as a service may compare them."""
        return queries.folded_names(self._store, account)

    def last_numbers(self, account: str, name: str) -> dict[str, int]:
        """Return the highest numbers used under a run's name, forgotten runs included: folded group → number."""
        return queries.last_numbers(self._store, account, name)

    def forgotten_names(self, account: str, name: str) -> list[str]:
        """Return the campaign names of forgotten runs of this name: who was in them is not known any more."""
        return queries.forgotten_names(self._store, account, name)

    def forgotten_in(self, run_id: str) -> dict[str, int]:
        """Return how many numbers `forget` has taken out of each accepted campaign of a run, by its name."""
        return uploaded_numbers.forgotten_in(self._store, run_id)

    def known_among(
        self, account: str, phones: Sequence[str], own: Collection[str] = ()
    ) -> dict[int, list[KnownCampaign]]:
        """Return, by position, the campaigns that hold a number of these (E.164 digits): uploaded, or waiting.

        Unverified campaigns are among them, and those of an unfinished run, since `resume` will send them. Refused ones
        are looked at in the runs `own` alone: elsewhere they say nothing of a person.
        """
        return uploaded_numbers.known_among(self._store, account, phones, frozenset(own))

    def uploaded_since(self, campaign: CampaignRecord, phones: Sequence[str]) -> list[bool]:
        """Tell for each number of a planned campaign whether it is in another one that was sent or planned since."""
        return uploaded_numbers.uploaded_since(self._store, campaign.root, phones)

    def fates(self, phone: str) -> list[Fate]:
        """Return what became of a number (E.164 digits) in every run that knows it, newest first."""
        return uploaded_numbers.fates(self._store, phone)

    def fates_as_typed(self, text: str) -> list[Fate]:
        """Return where what is not a number was rejected, by the text of the cell; newest first."""
        return uploaded_numbers.fates_as_typed(self._store, text)

    # --- forget, under the locks of all accounts ----------------------------------------------------

    def forget(self, what: ToForget, locked: Collection[str]) -> Forgotten:
        """Remove all runs made before a time, or one run, or one phone number; say what went.

        By time, unfinished runs stay, since their leads still wait to be sent; by id any run goes. Of a run that was
        sent the names of its campaigns stay, which the service still holds. The hashes of its numbers go, so that
        --new-only no longer knows them. Raises UsageError for a run that isn't there, and for a phone in a campaign
        that was tried and is not settled, since its request can't be changed. `locked` are the accounts whose locks the
        caller holds: raises LockHeld where there is a run of any other, which another process may be about to send.
        """
        return forgetting.forget(self._store, what, locked)
