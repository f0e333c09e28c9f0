"""Reads rating judgements out of prose: text in, `Reading` out, no I/O. A cascade of small stages over tables of rows."""

from __future__ import annotations

from monitor.classifier.cascade import classify, lines_of
from monitor.classifier.trace import trace

__all__ = ["classify", "lines_of", "trace"]
