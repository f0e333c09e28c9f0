"""Hears of changes to English councils' children's-services ratings and tells people once, correctly, with the proof."""

__version__ = "0.4.0"
