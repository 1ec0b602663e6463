"""The ledger's tables, from the first version on.

A change is a further script at the end of `MIGRATIONS`, never an edit of an earlier one: every ledger out there has
been made by a prefix of this list, and `user_version` says by how long a one. Kept to what SQLite 3.33 knows (no
STRICT, no RETURNING).

Times are microseconds since 1970, UTC. Text from enums holds their values, paths are as the system writes them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from telecmi_leads.core.campaign import CampaignStatus
from telecmi_leads.core.run import RunState

if TYPE_CHECKING:
    import sqlite3

APPLICATION_ID = 0x54434C31
"""Tells our file from any other SQLite file: "TCL1"."""

_FIRST = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('preparing', 'planned', 'finished', 'refused')),
    digest BLOB NOT NULL DEFAULT x'',
    read INTEGER NOT NULL DEFAULT 0,
    blank INTEGER NOT NULL DEFAULT 0,
    rejections TEXT NOT NULL DEFAULT '{}',
    repairs TEXT NOT NULL DEFAULT '{}',
    skipped TEXT NOT NULL DEFAULT '{}',
    audience TEXT NOT NULL DEFAULT '{}',
    report_dir BLOB NOT NULL DEFAULT x'',
    dry_run INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_of_account ON runs (account, name);

CREATE TABLE tables (
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    info BLOB NOT NULL,
    PRIMARY KEY (run, position)
) WITHOUT ROWID;

-- Rows that did not become leads: one blob for each block and kind. `count` comes before the blob, and is in the
-- index, so that counting reads no blob.
CREATE TABLE left_out (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('rejected', 'duplicate', 'excluded', 'already_uploaded')),
    count INTEGER NOT NULL,
    content BLOB NOT NULL
);
CREATE INDEX left_out_of_run ON left_out (run, kind, count);

-- `root` is the planned campaign that this one was cut out of, or itself; `parent` the one it was cut from.
-- AUTOINCREMENT: an id is never used again, since hashes of numbers may outlive their campaign for a moment.
CREATE TABLE campaigns (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    root INTEGER REFERENCES campaigns (id) ON DELETE CASCADE,
    parent INTEGER REFERENCES campaigns (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    part TEXT NOT NULL,
    name TEXT NOT NULL,
    leads INTEGER NOT NULL CHECK (leads > 0),
    digest BLOB NOT NULL,
    status TEXT NOT NULL DEFAULT 'unsent'
        CHECK (status IN ('unsent', 'sending', 'accepted', 'unverified', 'refused', 'unknown')),
    code INTEGER,
    message TEXT NOT NULL DEFAULT '',
    confirmed_by_name INTEGER NOT NULL DEFAULT 0,
    split INTEGER NOT NULL DEFAULT 0,
    settled INTEGER
);
CREATE UNIQUE INDEX campaigns_of_run ON campaigns (run, name);
CREATE INDEX campaigns_of_root ON campaigns (root);
CREATE INDEX campaigns_of_parent ON campaigns (parent);

-- The request's bytes, until nothing needs them any more. `crc` is CRC-32: what the disk has changed is not sent.
CREATE TABLE bodies (
    campaign INTEGER PRIMARY KEY REFERENCES campaigns (id) ON DELETE CASCADE,
    crc INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- An intent is a row without `ended`. `kind` is an OutcomeKind, or a Word for what a person has said.
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    campaign INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    started INTEGER NOT NULL,
    ended INTEGER,
    kind TEXT,
    code INTEGER,
    message TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0
);
CREATE INDEX attempts_of_campaign ON attempts (campaign);
CREATE INDEX attempts_open ON attempts (campaign) WHERE ended IS NULL;

-- Keyed hashes of the numbers in accepted campaigns, in buckets (see uploaded_numbers.py).
CREATE TABLE uploaded (
    bucket INTEGER PRIMARY KEY,
    tails BLOB NOT NULL,
    ids BLOB NOT NULL,
    CHECK (length(tails) % 6 = 0 AND length(tails) * 2 = length(ids) * 3)
);

-- The same for campaigns just accepted, 8 bytes a number: a thousand numbers are a thousand buckets, which is four
-- megabytes of log for each acceptance; this is eight kilobytes. Sorted into the buckets when the run's sending ends.
CREATE TABLE fresh (
    campaign INTEGER PRIMARY KEY REFERENCES campaigns (id) ON DELETE CASCADE,
    hashes BLOB NOT NULL
);

-- Why a number was left out the last time: keyed hashes, for rejected and excluded rows with a good number.
CREATE TABLE left_phones (
    hash BLOB PRIMARY KEY,
    run INTEGER NOT NULL,
    kind TEXT NOT NULL,
    code TEXT NOT NULL
) WITHOUT ROWID;

-- Names of campaigns whose run was forgotten: the service may still hold them, and they are nobody's data.
CREATE TABLE used_names (
    account TEXT NOT NULL,
    name TEXT NOT NULL,
    run_name TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
"""

# What was typed of a run's options, as JSON of models.Typed: a later `resume` suggests commands that repeat it.
_TYPED = "ALTER TABLE runs ADD COLUMN typed TEXT NOT NULL DEFAULT '{}'"

# `source` tells the file's leads, those on do-not-call lists included (RunRecord). The number of a forgotten campaign
# belongs to the series of its group.
_SOURCES = """
ALTER TABLE runs ADD COLUMN source BLOB NOT NULL DEFAULT x'';
ALTER TABLE used_names ADD COLUMN part TEXT NOT NULL DEFAULT '';
"""

# What a later command compares itself with: the name as typed, the do-not-call lists read, and whom the ledger knew
# (RunRecord). The digests go: unkeyed, they told a number to whoever tries all. What is a run's content is asked of
# the keyed hashes and the requests.
_PEOPLE = """
ALTER TABLE runs ADD COLUMN pattern TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN lists TEXT NOT NULL DEFAULT '{}';
ALTER TABLE runs ADD COLUMN known TEXT NOT NULL DEFAULT '{}';
UPDATE runs SET digest = x'', source = x'';
UPDATE campaigns SET digest = x'';
"""

# A campaign's own name goes to one of its parts: only those that are not cut have names of their own. How many leads
# a request held says whether a refusal was of just the leads that a campaign has now.
_PARTS = """
DROP INDEX campaigns_of_run;
CREATE INDEX campaigns_of_run ON campaigns (run);
CREATE UNIQUE INDEX names_of_run ON campaigns (run, name) WHERE split = 0;
ALTER TABLE attempts ADD COLUMN leads INTEGER NOT NULL DEFAULT 0;
"""

# Why a number was left out, of every run that has left it out: its keyed hash is among the joined hashes of a reason, 8
# bytes each. A row for each number and night would make the ledger of a nightly export five times as large.
_EVERY_REASON = """
CREATE TABLE left_numbers (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    code TEXT NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) % 8 = 0)
);
CREATE INDEX left_numbers_of_run ON left_numbers (run);
INSERT INTO left_numbers (run, kind, code, hashes)
    SELECT run, kind, code, hash FROM left_phones WHERE run IN (SELECT seq FROM runs);
DROP TABLE left_phones;
"""

# The ledger's own order says what was sent since a run was planned: an attempt's id is never used again, also when the
# newest run is forgotten. The highest one may be known by a plan alone.
_ORDER = """
DROP INDEX attempts_of_campaign;
DROP INDEX attempts_open;
ALTER TABLE attempts RENAME TO attempts_before;
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    campaign INTEGER NOT NULL REFERENCES campaigns (id) ON DELETE CASCADE,
    started INTEGER NOT NULL,
    ended INTEGER,
    kind TEXT,
    code INTEGER,
    message TEXT NOT NULL DEFAULT '',
    seconds REAL NOT NULL DEFAULT 0,
    leads INTEGER NOT NULL DEFAULT 0
);
INSERT INTO attempts (id, campaign, started, ended, kind, code, message, seconds, leads)
    SELECT id, campaign, started, ended, kind, code, message, seconds, leads FROM attempts_before;
DROP TABLE attempts_before;
CREATE INDEX attempts_of_campaign ON attempts (campaign);
CREATE INDEX attempts_open ON attempts (campaign) WHERE ended IS NULL;
DELETE FROM sqlite_sequence WHERE name = 'attempts';
INSERT INTO sqlite_sequence (name, seq)
    SELECT 'attempts', max(
        (SELECT coalesce(max(id), 0) FROM attempts),
        (SELECT coalesce(max(json_extract(known, '$.last_attempt')), 0) FROM runs)
    );
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _TYPED, _SOURCES, _PEOPLE, _PARTS, _EVERY_REASON, _ORDER)


def version(connection: sqlite3.Connection) -> int:
    """Return how many migrations have made this ledger."""
    found: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return found


def migrate(connection: sqlite3.Connection, migrations: tuple[str, ...]) -> None:
    """Bring a ledger up to date: each missing step whole or not at all, also when two processes try at once."""
    while (done := version(connection)) < len(migrations):
        connection.execute("BEGIN IMMEDIATE")
        try:
            if version(connection) == done:
                for statement in _statements(migrations[done]):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {done + 1:d}")
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


def _statements(script: str) -> list[str]:
    """Split a script: executescript() would commit between its statements."""
    lines = [line for line in script.splitlines() if not line.lstrip().startswith("--")]
    return [statement for statement in "\n".join(lines).split(";") if statement.strip()]


# --- values -------------------------------------------------------------------------------------

TO_SEND = tuple(status for status in CampaignStatus if status.to_send)
SETTLED = tuple(status for status in CampaignStatus if status.settled)
RESOLVABLE = tuple(status for status in CampaignStatus if status.resolvable)
KEPT = tuple(state for state in RunState if state.kept)
"""Values for `status IN (?, …)`: what a state means is said by the state alone."""


def to_micros(moment: datetime) -> int:
    """Return an aware time as the ledger stores it: whole microseconds since 1970, UTC."""
    since = moment.astimezone(UTC) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def from_micros(micros: int) -> datetime:
    """Return a stored time in the local zone."""
    return (_EPOCH + timedelta(microseconds=micros)).astimezone()


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
