from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from telecmi_leads.core.campaign import CampaignStatus as S
from telecmi_leads.core.campaign import Outcome
from telecmi_leads.core.campaign import OutcomeKind as K
from telecmi_leads.core.run import StopCause
from telecmi_leads.ledger import Word
from telecmi_leads.sending.decisions import Decision, Step, decide

if TYPE_CHECKING:
    from collections.abc import Sequence

LOST, ERROR, DIED = K.UNKNOWN_CONNECTION, K.UNKNOWN_SERVER, K.INTERRUPTED
DENIED = Word.NOT_UPLOADED
OTHER = K.REFUSED_OTHERWISE
PROVES_NOTHING = (ERROR, K.BUSY, K.MISDIRECTED, OTHER, K.PART_UNKNOWN)
MAYBE_APPLIED = (LOST, DIED, *PROVES_NOTHING)


def decided(
    history: Sequence[K | Word],
    outcome: Outcome,
    others: Sequence[K | Word] | None = None,
    *,
    names_taken: bool = False,
) -> Decision:
    """Return what is decided; where nothing else is said, the name was this body's alone, and all are ours."""
    return decide(history, outcome, others=others, names_taken=names_taken)


TABLE = [
    # history, answer → state, what follows, confirmed by name
    ((), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    ((K.NOT_SENT, K.BUSY), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    ((OTHER,), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    ((LOST,), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    ((ERROR,), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    ((ERROR, K.NAME_EXISTS, DENIED), K.ACCEPTED, S.ACCEPTED, Step.SETTLED, False),
    # the name is taken, and no try of ours can have done it: somebody else's campaign
    ((), K.NAME_EXISTS, S.REFUSED, Step.STOP, False),
    ((K.NOT_SENT,), K.NAME_EXISTS, S.REFUSED, Step.STOP, False),
    ((K.NOT_SENT, K.ACCOUNT, K.REFUSED), K.NAME_EXISTS, S.REFUSED, Step.STOP, False),
    # only the connection failed, or our process died: a campaign is made whole
    ((LOST,), K.NAME_EXISTS, S.ACCEPTED, Step.SETTLED, True),
    ((DIED,), K.NAME_EXISTS, S.ACCEPTED, Step.SETTLED, True),
    ((K.NOT_SENT, LOST, K.ACCOUNT, K.REFUSED), K.NAME_EXISTS, S.ACCEPTED, Step.SETTLED, True),
    ((LOST, DIED, LOST), K.NAME_EXISTS, S.ACCEPTED, Step.SETTLED, True),
    # somebody answered, and that proves nothing: the name is there, the leads are not proven
    *(((kind,), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False) for kind in PROVES_NOTHING),
    *(((LOST, kind, LOST), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False) for kind in PROVES_NOTHING),
    ((LOST, ERROR), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    ((ERROR, LOST), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    ((ERROR, DIED, K.NOT_SENT), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    # a person has not found it, and yet the name is taken: neither ours for sure nor somebody else's
    ((ERROR, K.NAME_EXISTS, DENIED), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    ((LOST, DENIED), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    ((LOST, DENIED, LOST), K.NAME_EXISTS, S.UNVERIFIED, Step.SETTLED, False),
    # it may have gone in
    *(((), kind, S.UNKNOWN, Step.AGAIN_WHEN_SETTLED, False) for kind in (LOST, ERROR, DIED)),
    *(((ERROR,), kind, S.UNKNOWN, Step.AGAIN_WHEN_SETTLED, False) for kind in (LOST, ERROR, DIED)),
    # refused
    ((), K.REFUSED, S.REFUSED, Step.SETTLED, False),
    ((K.NOT_SENT, K.ACCOUNT), K.REFUSED, S.REFUSED, Step.SETTLED, False),
    *(((kind,), K.REFUSED, S.UNKNOWN, Step.LEAVE, False) for kind in MAYBE_APPLIED),
    # refused in words that nobody has documented: proves nothing
    *((before, OTHER, S.UNKNOWN, Step.LEAVE, False) for before in ((), (K.NOT_SENT,), (LOST,), (LOST, DENIED))),
    ((LOST, DENIED), K.REFUSED, S.REFUSED, Step.SETTLED, False),
    ((LOST, DENIED, LOST), K.REFUSED, S.UNKNOWN, Step.LEAVE, False),
    # this try was not applied; an earlier one may have been
    ((), K.NOT_SENT, S.UNSENT, Step.AGAIN, False),
    ((), K.BUSY, S.UNKNOWN, Step.AGAIN, False),
    ((K.BUSY,), K.NOT_SENT, S.UNKNOWN, Step.AGAIN, False),
    ((LOST,), K.NOT_SENT, S.UNKNOWN, Step.AGAIN, False),
    ((ERROR,), K.BUSY, S.UNKNOWN, Step.AGAIN, False),
    ((LOST, DENIED), K.NOT_SENT, S.UNSENT, Step.AGAIN, False),
    # every other campaign would be answered the same
    ((), K.ACCOUNT, S.UNSENT, Step.STOP, False),
    ((LOST,), K.ACCOUNT, S.UNKNOWN, Step.STOP, False),
    ((K.BUSY,), K.ACCOUNT, S.UNKNOWN, Step.STOP, False),
    ((), K.MISDIRECTED, S.UNKNOWN, Step.STOP, False),
    ((DIED,), K.MISDIRECTED, S.UNKNOWN, Step.STOP, False),
]


@pytest.mark.parametrize(("history", "answer", "status", "step", "confirmed"), TABLE)
def test_each_history_and_answer(
    history: tuple[K | Word, ...], answer: K, status: S, step: Step, confirmed: bool
) -> None:
    """(Rows 15, 16, 17, 18, 19, 20, 21) What an answer proves depends on what came before it."""
    decision = decided(history, Outcome(answer))
    assert (decision.status, decision.step, decision.confirmed_by_name) == (status, step, confirmed)


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (Outcome(K.ACCOUNT), StopCause.ACCOUNT_REFUSED),
        (Outcome(K.MISDIRECTED), StopCause.MISDIRECTED),
        (Outcome(K.NOT_SENT, retryable=False), StopCause.NO_CONNECTION),
        (Outcome(K.NAME_EXISTS), StopCause.NAME_TAKEN),
        (Outcome(K.NOT_SENT), None),
        (Outcome(K.BUSY), None),
    ],
)
def test_causes_to_stop(outcome: Outcome, cause: StopCause | None) -> None:
    """An answer that all campaigns would get stops the run and says why."""
    assert decided((), outcome).cause is cause


@pytest.mark.parametrize("answer", list(K))
def test_nothing_doubtful_becomes_unsent_or_refused(answer: K) -> None:
    """After a try that may have gone in, no answer says unsent or refused: both would invite a second copy."""
    for kind in MAYBE_APPLIED:
        assert decided((kind,), Outcome(answer)).status not in {S.UNSENT, S.REFUSED}


UNDER_ONE_NAME = [
    # this body's tries, those of others under the same name, answer → state, confirmed by name
    ((), (), K.ACCEPTED, S.ACCEPTED, False),
    ((), (LOST, K.REFUSED), K.ACCEPTED, S.ACCEPTED, False),
    ((), (K.REFUSED,), K.NAME_EXISTS, S.UNVERIFIED, False),
    ((K.NOT_SENT,), (K.REFUSED,), K.NAME_EXISTS, S.UNVERIFIED, False),
    ((LOST,), (K.REFUSED,), K.NAME_EXISTS, S.ACCEPTED, True),
    ((DIED, LOST), (K.REFUSED, K.REFUSED), K.NAME_EXISTS, S.ACCEPTED, True),
    *(((LOST,), (kind, K.REFUSED), K.NAME_EXISTS, S.UNVERIFIED, False) for kind in MAYBE_APPLIED),
    *(((kind,), (K.REFUSED,), K.NAME_EXISTS, S.UNVERIFIED, False) for kind in PROVES_NOTHING),
    ((), (K.REFUSED,), K.REFUSED, S.REFUSED, False),
    ((LOST,), (K.REFUSED,), K.REFUSED, S.UNKNOWN, False),
    *(((), (kind, K.REFUSED), K.REFUSED, S.UNKNOWN, False) for kind in MAYBE_APPLIED),
    ((), (LOST, K.REFUSED), K.NOT_SENT, S.UNKNOWN, False),
    ((), (K.REFUSED,), K.NOT_SENT, S.UNSENT, False),
]


@pytest.mark.parametrize(("history", "others", "answer", "status", "confirmed"), UNDER_ONE_NAME)
def test_other_bodies_under_the_same_name(
    history: tuple[K, ...], others: tuple[K, ...], answer: K, status: S, confirmed: bool
) -> None:
    """(Row 64) A name that exists is a part's own only where all other bodies of that name were surely refused."""
    decision = decided(history, Outcome(answer), others)
    assert (decision.status, decision.confirmed_by_name, decision.cause) == (status, confirmed, None)


def test_names_of_somebody_else_confirm_nothing() -> None:
    """(Row 7) Once a name of the run was somebody else's, a name that exists does not prove a lost request."""
    assert decided((LOST,), Outcome(K.NAME_EXISTS), names_taken=True).status is S.UNVERIFIED
    assert decided((), Outcome(K.NAME_EXISTS), names_taken=True).status is S.REFUSED
    assert decided((LOST,), Outcome(K.ACCEPTED), names_taken=True).status is S.ACCEPTED


@pytest.mark.parametrize("answer", sorted(set(K) - {K.ACCEPTED, K.NAME_EXISTS}))
def test_only_two_answers_accept(answer: K) -> None:
    """Nothing counts as accepted but the service's acceptance, or its word that the name is there."""
    for history in ((), (LOST,), (ERROR,), (LOST, DENIED)):
        assert decided(history, Outcome(answer)).status is not S.ACCEPTED


def test_acceptance_after_a_server_error_is_noted() -> None:
    """(Row 17) A 500 and then a 200 is accepted, and the report says what came before."""
    assert decided((ERROR,), Outcome(K.ACCEPTED)).note == "an earlier try ended in a server error"
    assert decided((LOST,), Outcome(K.ACCEPTED)).note == ""
