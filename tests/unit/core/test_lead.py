"""dialer.core.lead: a lead is due again or ended."""

import pytest

from dialer.core.lead import LeadNext
from dialer.core.words import LeadEnd
from tests.factories import NOW


def test_one_of_the_two() -> None:
    assert LeadNext(due_at=NOW).end is None
    assert LeadNext(end=LeadEnd.REACHED).due_at is None


def test_neither_or_both_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="either due again or ended"):
        LeadNext()
    with pytest.raises(ValueError, match="either due again or ended"):
        LeadNext(due_at=NOW, end=LeadEnd.REACHED)
