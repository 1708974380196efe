"""What a file may be like."""

from typing import Final

MAX_LINE: Final = 1024 * 1024
"""Bytes of one line, and of one row that quotes stretch over several lines."""
MAX_ROW_LINES: Final = 500
"""Lines that one row may be stretched over; more means that a quote was never closed."""
MAX_COLUMNS: Final = 500
SAMPLE: Final = 256 * 1024
"""Bytes that are looked at to find out what a file is."""
PREVIEW_ROWS: Final = 20
TRIAL_ROWS: Final = 1000
BATCH: Final = 2_000
"""Rows of one transaction."""
MOST_WAITING: Final = 200_000
"""Events that may wait to be processed: an import waits at this mark, so that what is live is not held up for hours."""
SHOWN_VALUE: Final = 120
MAX_REFUSED: Final = 1_000_000
"""Refused rows that are kept; beyond it they are only counted."""
