"""The log of the service: so many lines a second and no more, without control characters."""

import logging
import time
import traceback

LINES_PER_SECOND, MOST_AT_ONCE = 5.0, 50.0


class Bounded(logging.Filter):
    """It lets so many records through, and says with the next one how many it kept back."""

    def __init__(self) -> None:
        super().__init__()
        self._left, self._at, self._kept = MOST_AT_ONCE, time.monotonic(), 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is written; its message and its traceback are escaped."""
        now = time.monotonic()
        self._left = min(MOST_AT_ONCE, self._left + (now - self._at) * LINES_PER_SECOND)
        self._at = now
        if self._left < 1:
            self._kept += 1
            return False
        more = f" ({self._kept} lines before this one were left out)" if self._kept else ""
        self._kept = 0
        record.msg, record.args = escaped(record.getMessage().rstrip("\n")) + more, ()
        record.__dict__.pop("color_message", None)
        if record.exc_info and record.exc_info[0]:
            record.exc_text = "\n".join(map(escaped, "".join(traceback.format_exception(*record.exc_info)).split("\n")))
        self._left -= 1 + (record.exc_text or "").count("\n")
        return True


def escaped(text: str) -> str:
    """Return the text in one line, in which control characters are written as in Python."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in text)


def bound() -> None:
    """Bound the log of uvicorn, after uvicorn has set it up."""
    for handler in logging.getLogger("uvicorn").handlers:
        handler.addFilter(Bounded())
