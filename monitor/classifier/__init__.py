"""Reads rating judgements out of prose: text in, `ClassifierResult` out, no I/O.

Names, areas, ratings and years are found by tables (`mentions`); which of them belong together, and whether that is news, is
learnt (`linker`); what comes of it is decided under the frameworks' constraints (`decode`, `verdict`).
"""

from __future__ import annotations

from monitor.classifier.trace import trace
from monitor.classifier.verdict import Thresholds, classify

__all__ = ["Thresholds", "classify", "trace"]
