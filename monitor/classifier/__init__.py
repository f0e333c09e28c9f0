"""Reads rating judgements out of prose: text in, `Reading` out, no I/O.

Names, areas, ratings and years are found by tables (`mentions`); which of them belong together, and whether that is news, is
learnt (`linker`); what comes of it is decided under the frameworks' constraints (`decode`, `reading`).
"""

from __future__ import annotations

from monitor.classifier.reading import Thresholds, classify
from monitor.classifier.trace import trace

__all__ = ["Thresholds", "classify", "trace"]
