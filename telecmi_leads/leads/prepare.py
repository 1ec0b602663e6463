"""Files → a run plan in the ledger: reading, columns, cleaning, screening and planning, composed.

The data runs one way, a block of rows at a time, and nothing of it stays in memory but the numbers seen
and the campaigns that are not yet full. The run plan becomes visible in the ledger only when it is whole.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from functools import partial
from itertools import compress, islice
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from telecmi_leads.columns.mark_words import is_mark_name
from telecmi_leads.columns.marks import table_marks
from telecmi_leads.columns.matching import (
    Matcher,
    is_ragged,
    named_by_use,
    unused_names,
)
from telecmi_leads.columns.sampling import BlocksAhead
from telecmi_leads.columns.table import place
from telecmi_leads.columns.unread_tables import UnreadTable, no_phone_column, unread_below, unread_table
from telecmi_leads.core.errors import ColumnMissing, InputRefused, NoPhoneColumn, SettingsError, UsageError
from telecmi_leads.core.lead import Field, LeftOutKind, LeftOutRow, RowBlock, RowTotals, TableInfo
from telecmi_leads.core.run import RowsPrepared, TableOpened
from telecmi_leads.core.text import safe
from telecmi_leads.core.wording import count
from telecmi_leads.files import open_source
from telecmi_leads.leads.cleaning import CleanBlock, Cleaner
from telecmi_leads.leads.later_headers import HeaderBudget, clean_parts, marked_parts
from telecmi_leads.leads.lead_text import usable_fills
from telecmi_leads.leads.marked_people import MarkedPeople
from telecmi_leads.leads.planning import VIRTUAL_COLUMNS, Audience
from telecmi_leads.leads.refusals import MOST_CELLS, cells_without_code, guess_region, refusal
from telecmi_leads.leads.row_counts import RowCounts
from telecmi_leads.leads.table_findings import TableFindings
from telecmi_leads.phones import PhoneBook, is_region
from telecmi_leads.settings.options import CampaignOptions, FieldOptions, PhoneOptions, ReadingOptions, ScreeningOptions
from telecmi_leads.settings.resolving import given_by
from telecmi_leads.settings.surroundings import environment, language_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from telecmi_leads.columns import ColumnMatch
    from telecmi_leads.columns.marks import TableMarks
    from telecmi_leads.columns.table import Table
    from telecmi_leads.core.campaign import StagedCampaign
    from telecmi_leads.core.reasons import WarningCode
    from telecmi_leads.core.run import RegionGuess
    from telecmi_leads.files import Source
    from telecmi_leads.leads.planning import Planner
    from telecmi_leads.leads.screening import LeftOut, Screen
    from telecmi_leads.ledger import Ledger
    from telecmi_leads.settings.resolving import Settings

    Notify = Callable[[TableOpened | RowsPrepared], None]

_ROWS_AT_ONCE = 5000
_TRIALS_AT_ONCE = 100


class Prepared(Struct, frozen=True):
    """What was found: where every row went, why rows were rejected, and what was repaired.

    `warnings` tell of tables without a phone column and of marks that can't be read, as sentences with their codes.
    `audience` counts the leads by country, type and time zone. `refusal` is set where the leads must not be sent: there
    are none, or too many rows were rejected.
    """

    rows: RowTotals
    rejections: Mapping[str, int]
    repairs: Mapping[str, int]
    skipped: Mapping[str, int]
    audience: Mapping[str, Mapping[str, int]]
    refusal: InputRefused | None
    guess: RegionGuess | None
    warnings: tuple[tuple[WarningCode, str], ...]


def prepare(  # noqa: PLR0913 - the parts that are composed here
    files: Sequence[Path | None],
    settings: Settings,
    *,
    run_id: str,
    ledger: Ledger,
    planner: Planner,
    screen: Screen,
    notify: Notify,
) -> Prepared:
    """Read the files, in order, and stage their leads as the run's campaigns; None is standard input.

    The run must have begun in the ledger. Raises InputRefused for a file that can't be read or has no phone column.
    """
    work = _Preparation(matcher(settings), settings, run_id, ledger, planner, screen, notify, MarkedPeople(screen.seen))
    with _collector_at_rest():
        work.take_all(files)
        if work.marked.late:
            # Somebody became a lead above the row that marks him: all is read again, with every mark known.
            if None in files:
                raise _marked_late(work.marked.late)
            ledger.empty_plan(run_id)
            planner.restart()
            screen.restart()
            marked = MarkedPeople(screen.seen, work.marked.by_mark)
            work = _Preparation(
                matcher(settings), settings, run_id, ledger, planner, screen, _only_rows(notify), marked
            )
            work.take_all(files)
        return work.finish()


def _only_rows(notify: Notify) -> Notify:
    """Return a listener that passes on how far the reading is, and not again how each table is read."""
    return lambda event: notify(event) if isinstance(event, RowsPrepared) else None


def _marked_late(people: int) -> InputRefused:
    return InputRefused(
        f"{count(people, 'number')} of standard input {'is' if people == 1 else 'are'} marked do-not-call, below a row "
        "that has the same number without a mark. Standard input can't be read twice.",
        hint="Save it as a file and upload that.",
    )


def matcher(settings: Settings) -> Matcher:
    """Return what matches columns as the settings say.

    Raises UsageError or SettingsError for an unknown region, and for a --fill that its field can't have.
    """
    options = settings[PhoneOptions]
    if options.region is not None and not is_region(options.region):
        origin = given_by("region", settings.origins["region"])
        wrong = UsageError if origin == "--region" else SettingsError
        raise wrong(
            f"There is no country with the letters {safe(options.region)!r} (region, from {safe(origin)}).",
            hint="Give a country's two letters, such as IN, GB or AE.",
        )
    reading = settings[ReadingOptions]
    sheet_from = given_by("sheet", settings.origins["sheet"])
    return Matcher(reading, usable_fills(settings), PhoneBook(options), options.region, sheet_from)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Keep the cyclic garbage collector out of the loop: rows hold no cycles, and its passes cost time.

    What has been learnt meanwhile lives as long as the process. It is frozen, or the next pass would look through it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


class _Preparation(Struct):
    """The parts of one preparation on its way through the files, and what it has found so far."""

    matcher: Matcher
    settings: Settings
    run_id: str
    ledger: Ledger
    planner: Planner
    screen: Screen
    notify: Notify
    marked: MarkedPeople
    counts: RowCounts = field(default_factory=RowCounts)
    found: TableFindings = field(default_factory=TableFindings)
    headers: HeaderBudget = field(default_factory=HeaderBudget)
    limit_reached: bool = False
    without_code: list[str] = field(default_factory=list)
    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    full: list[StagedCampaign] = field(default_factory=list)
    audience: Audience = field(default_factory=Audience)

    def take_all(self, files: Sequence[Path | None]) -> None:
        """Take in the files, in order."""
        for path in files:
            with open_source(path, self.settings[ReadingOptions], self._is_marked_sheet) as source:
                try:
                    self.take(source)
                except NoPhoneColumn as error:
                    error.path = None if path is None else str(path)
                    raise
                self.found.unread_marks += (
                    (source.file, name) for name in source.unread if self._is_marked_sheet(name)
                )
            if self.limit_reached and self.settings[ScreeningOptions].ignore_marks:
                break

    def _is_marked_sheet(self, name: str) -> bool:
        return is_mark_name(name) and not self.settings[ScreeningOptions].ignore_marks

    def take(self, source: Source) -> None:
        """Take in a file: every table of it that has a phone column."""
        self.headers = HeaderBudget()
        unread: list[UnreadTable] = []
        empty: list[UnreadTable] = []
        read: list[TableInfo] = []
        for table, match in self.matcher.tables(source):
            if self.limit_reached:
                self._look_for_marks(table.info, match, BlocksAhead(table.blocks))
            elif match.has_phone:
                read.append(table.info)
                if table.info.hidden_rows:
                    self.found.filtered.append(table.info)
                self._take_table(table, match)
            else:
                passed = self._passed_over(table, match)
                (unread if passed.rows else empty).append(passed)
            if self.limit_reached and self.settings[ScreeningOptions].ignore_marks:
                break
        if not read and not self.limit_reached:
            self.matcher.check_options()
            passed_over = [*unread, *empty]
            raise no_phone_column(
                source.file, [table.info for table in passed_over], (table.passed for table in passed_over)
            )
        sheets = tuple(info.sheet for info in read if info.sheet is not None)
        self.found.unread += [(table, sheets) for table in unread]

    def _passed_over(self, table: Table, match: ColumnMatch) -> UnreadTable:
        """Count the rows of a table without a phone column; they are read, and blank as far as leads go."""
        passed = unread_table(table, match, self.matcher.share_of_numbers)
        if passed.rows:
            self.counts.skip("no_phone_column", passed.rows)
            note = f"no phone column: its {passed.rows:,} rows are not read"
            self.ledger.add_table(self.run_id, replace(table.info, notes=(*table.info.notes, note)))
        return passed

    # --- one table ---

    def _take_table(self, table: Table, match: ColumnMatch) -> None:
        cleaner = replace(self._cleaner(table.info, match, table.sample), surplus=table.surplus)
        blocks = BlocksAhead(table.blocks)
        for block in blocks:
            below = partial(self._below_header, blocks)
            cleaner = clean_parts(cleaner, block, self._screened, below, blocks.at_end)
            del block  # nobody keeps a block while the next one is read
            if self.limit_reached:
                self._look_for_marks(cleaner.info, cleaner.match, blocks, cleaner.marks)
                return
            self.notify(RowsPrepared(self.counts.read, self.counts.leads))

    def _look_for_marks(
        self, info: TableInfo, match: ColumnMatch, blocks: BlocksAhead, above: TableMarks | None = None
    ) -> None:
        """Note whom rows behind --limit mark, and look at nothing else: a mark holds for every row of its person."""
        if match.has_phone and not self.settings[ScreeningOptions].ignore_marks:
            cleaner = self._mark_cleaner(info, match, above)
            for block in blocks:
                cleaner = marked_parts(cleaner, block, self._note_mark, partial(self._below_header, blocks))

    def _note_mark(self, name: str, phone: str) -> None:
        self.marked.note([(name, phone)])

    def _mark_cleaner(self, info: TableInfo, match: ColumnMatch, above: TableMarks | None) -> Cleaner:
        """Return what finds the marked rows of a table of which no row becomes a lead any more."""
        region, marks = self.settings[PhoneOptions].region, table_marks(info, match, above)
        return Cleaner(info, 0, match, self.matcher.book, region, marks=marks, trial=True)

    def _cleaner(
        self, info: TableInfo, match: ColumnMatch, sample: Sequence[Sequence[str]], above: TableMarks | None = None
    ) -> Cleaner:
        group_column = self._group_column(info)
        self.found.doubts |= dict.fromkeys((place(info), doubt) for doubt in match.doubts)
        self.found.unused_names |= dict.fromkeys(unused_names(match, sample))
        opened, info = info, named_by_use(info, match)
        marks = None if self.settings[ScreeningOptions].ignore_marks else table_marks(info, match, above)
        marking = tuple(opened.header[at] for at, _, _ in marks.columns) if marks is not None else ()
        self.notify(TableOpened(opened, _columns_used(opened, match), marking, self.counts.read))
        if marks is not None:
            self.found.take_marks(info, marks, chosen=self.settings[ReadingOptions].sheet)
        table = self.ledger.add_table(self.run_id, info)
        self.places[table] = (info.file, info.sheet or "")
        return Cleaner(
            info=info,
            table=table,
            match=match,
            book=self.matcher.book,
            region=self.settings[PhoneOptions].region,
            no_fill=self.settings[FieldOptions].no_fill,
            group_column=group_column,
            marks=marks,
            ragged=is_ragged(info, sample),
            trial=not self.planner.needs_leads,
        )

    def _group_column(self, info: TableInfo) -> int | None:
        split_by = self.settings[CampaignOptions].split_by
        if split_by is None or split_by in VIRTUAL_COLUMNS:
            return None
        try:
            return self.matcher.finder(info).find(split_by, "--split-by")
        except ColumnMissing as missing:
            virtual = f"{', '.join(VIRTUAL_COLUMNS)} are made from the number."
            raise ColumnMissing(missing.message, hint=f"{missing.hint} {virtual}") from None

    def _below_header(self, blocks: BlocksAhead, above: Cleaner, block: RowBlock) -> Cleaner:
        """Match columns anew below a header row in the middle of a table, the first of these rows.

        They end the block that `blocks` handed out last.
        """
        header = tuple(cell.strip() for cell in block.rows[0])
        info = replace(above.info, header=header, header_row=block.first_row, notes=())
        self.headers.spend(info)
        sample = blocks.sample_below(islice(block.rows, 1, None))
        match = self.matcher.match(info, sample)
        if not match.has_phone and self.counts.read == self.counts.blank:
            raise no_phone_column(info.file, [info])
        if self.limit_reached:
            return self._mark_cleaner(info, match, above.marks)
        self.notify(RowsPrepared(self.counts.read, self.counts.leads))
        self.counts.skip("header", 1)
        if not match.has_phone:
            return self._passing(info, match, sample)
        return self._cleaner(info, match, sample, above.marks)

    def _passing(self, info: TableInfo, match: ColumnMatch, sample: list[list[str]]) -> Cleaner:
        """Return what passes over the rows below such a header, as it has no phone column."""
        table = self.ledger.add_table(self.run_id, replace(info, notes=("no phone column: its rows are not read",)))
        self.places[table] = (info.file, info.sheet or "")
        cleaner = Cleaner(info, table, match, self.matcher.book, self.settings[PhoneOptions].region, trial=True)
        self.found.below[table] = unread_below(
            info, match, sample[: cleaner.next_header(sample)], self.matcher.share_of_numbers
        )
        return cleaner

    # --- one block ---

    def _without_marked(self, cleaner: Cleaner, clean: CleanBlock) -> CleanBlock:
        """Leave out whoever a mark is known of, in whatever row it stands; note marks that come after their lead."""
        self.marked.note([*((row.code, row.phone) for row in clean.marked), *clean.marked_also])
        found = self.marked.among(clean.numbers)
        return clean.excluding(cleaner.table, found) if found else clean

    def _screened(self, cleaner: Cleaner, clean: CleanBlock, block: RowBlock) -> bool:
        """Take in what became of rows, their marks alone behind --limit; tell whether to look at more of the block."""
        if not cleaner.match.has_phone:
            self.found.pass_over(cleaner.table, clean.skipped)
        if clean.marked or clean.marked_also or self.marked.by_mark:
            clean = self._without_marked(cleaner, clean)
        if not self.limit_reached:
            self._take_leads(cleaner, clean, block)
        return not (self.limit_reached and self.settings[ScreeningOptions].ignore_marks)

    def _take_leads(self, cleaner: Cleaner, clean: CleanBlock, block: RowBlock) -> None:
        left_out = self.screen.screen(clean.numbers, cleaner.table, clean.rows)
        limit = self.settings[ScreeningOptions].limit
        if limit is not None and self.counts.leads + len(clean.leads) - len(left_out) >= limit:
            last = self._last_row(clean, left_out, limit - self.counts.leads)
            rows_taken = RowBlock(block.first_row, block.rows[: last - block.first_row + 1])
            clean = clean.upto(
                last, cleaner.clean(rows_taken, lambda: False)
            )  # what repairs these rows took, and no others
            left_out = {at: why for at, why in left_out.items() if at < len(clean.leads)}
            self.limit_reached = True
        if clean.long_rows:
            self.found.long_rows[place(cleaner.info)] += len(clean.long_rows)
        self.screen.count(len(clean.leads), left_out)
        rows = [*clean.rejections, *clean.marked, *self._rows_left_out(cleaner, clean, left_out)]
        self.counts.take(clean, rows, left_out)
        if cleaner.marks is not None and cleaner.marks.sheet is None:  # of a sheet's name all rows are marked
            self.found.count_marked(cleaner.info, clean.read - len(clean.blanks), (row.code for row in clean.marked))
        if len(self.without_code) < MOST_CELLS:
            self.without_code += cells_without_code(clean.rejections, cleaner.info.header)
        leads, numbers, groups, rulings = clean.leads, clean.numbers, clean.groups, clean.rulings
        if left_out:
            stays = [at not in left_out for at in range(len(leads))]
            leads, numbers = list(compress(leads, stays)), list(compress(numbers, stays))
            groups, rulings = list(compress(groups, stays)), list(compress(rulings, stays))
        self.counts.leads += len(leads)
        self.audience.add(self.matcher.book.profiles_counted(numbers, rulings))
        split_by = self.settings[CampaignOptions].split_by
        if split_by is not None and cleaner.group_column is None:
            groups = list(map(VIRTUAL_COLUMNS[split_by], self.matcher.book.profiles(numbers, rulings)))
        self.full += self.planner.add(leads, groups)
        # Without its request a campaign is small, and a transaction costs more than it does.
        if rows or len(self.full) >= (1 if self.planner.needs_leads else _TRIALS_AT_ONCE):
            self._stage(rows)

    def _stage(self, rows: Sequence[LeftOutRow]) -> None:
        self.ledger.stage(self.run_id, self.full, rows)
        self.full.clear()

    def _rows_left_out(
        self, cleaner: Cleaner, clean: CleanBlock, left_out: Mapping[int, LeftOut]
    ) -> Iterator[LeftOutRow]:
        """Yield the rows that are left out, but for duplicates: those wait until all rows are known."""
        numbers, rows, repeated = clean.numbers, clean.rows, list[int]()
        for at, why in sorted(left_out.items()):
            if why.kind is LeftOutKind.DUPLICATE:
                repeated.append(at)
            else:
                phone, kept = numbers[at], why.campaign
                yield LeftOutRow(cleaner.table, rows[at], why.kind, why.code, phone=phone, kept=kept, when=why.when)
        self.screen.first_rows.repeat([numbers[at] for at in repeated], cleaner.table, [rows[at] for at in repeated])

    def _duplicates(self) -> Iterator[LeftOutRow]:
        """Yield the rows whose number has come before, each with the row that stays."""
        for table, row, phone, first in self.screen.first_rows.repeats():
            kept = "" if first is None else self._seen_from(table, *first)
            yield LeftOutRow(table, row, LeftOutKind.DUPLICATE, phone=phone, kept=kept)

    def _seen_from(self, table: int, other: int, row: int) -> str:
        """Return the place of a row as one says it in a table: without the file or sheet that both are in."""
        if self.places[table] == self.places[other]:
            return f"row {row:,}"
        (file, _), (other_file, other_sheet) = self.places[table], self.places[other]
        return ", ".join(filter(None, (other_file * (file != other_file), other_sheet, f"row {row:,}")))

    @staticmethod
    def _last_row(clean: CleanBlock, left_out: Mapping[int, LeftOut], wanted: int) -> int:
        """Return the row that gives the last lead wanted under --limit."""
        return [row for at, row in enumerate(clean.rows) if at not in left_out][wanted - 1]

    # --- the end ---

    def finish(self) -> Prepared:
        """Hand out the last campaigns and judge the whole. Raises ColumnMissing for a --map that no table serves."""
        if not self.limit_reached:
            self.matcher.check_options()
        self.full += self.planner.finish()
        self._stage([])
        duplicates = self._duplicates()
        while some := list(islice(duplicates, _ROWS_AT_ONCE)):
            self._stage(some)
        rows = self.counts.totals()
        guess = None
        if self.settings[PhoneOptions].region is None:
            countries, language = self.audience.counts().get("country", {}), language_region(environment())
            guess = guess_region(self.without_code, countries, language, self.settings[PhoneOptions])
        return Prepared(
            rows=rows,
            rejections=dict(self.counts.rejections.most_common()),
            repairs=dict((+self.counts.repairs).most_common()),
            skipped=dict(self.counts.skipped),
            audience=self.audience.counts(),
            refusal=refusal(rows, self.counts.rejections, self.found, self.settings, guess),
            guess=guess,
            warnings=tuple(self.found.warnings()),
        )


def _columns_used(info: TableInfo, match: ColumnMatch) -> dict[str, tuple[str, ...]]:
    used = {Field.PHONE: match.phones, **{target: columns for target, columns in match.sources.items() if columns}}
    return {target.value: tuple(info.header[column] for column in columns) for target, columns in used.items()}
