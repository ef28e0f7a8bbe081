import signal

import pytest

from db import interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_end_of_the_block(number: int) -> None:
    before = signal.signal(number, signal.default_int_handler)
    try:
        steps = []
        with pytest.raises(KeyboardInterrupt):
            with interrupts.held():
                signal.raise_signal(number)
                steps.append("block done")
            steps.append("went on")
        assert steps == ["block done"]
        assert signal.getsignal(number) is signal.default_int_handler
    finally:
        signal.signal(number, before)


def test_without_a_signal_nothing_happens() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupts.held():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_the_block_is_told() -> None:
    with pytest.raises(ZeroDivisionError), interrupts.held():
        1 / 0  # noqa: B018
