"""What can be measured of how a page looks, asked of the browser that shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

#: WCAG 2.2: contrast of text (1.4.3). Text of 24 px, or 18.66 px and bold, may do with 3; we do not let it.
MIN_CONTRAST = 4.5
MIN_SIZE = 16

_TEXTS = """() => {
  const rgba = text => {
    const parts = text.match(/[\\d.]+/g).map(Number);
    return parts.length > 3 ? parts : [...parts, 1];
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const behind = element => {
    const layers = [];
    for (let e = element; e; e = e.parentElement) {
      const layer = rgba(getComputedStyle(e).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    const canvas = matchMedia('(prefers-color-scheme: dark)').matches
      && getComputedStyle(document.documentElement).colorScheme.includes('dark') ? [18, 18, 18, 1] : [255, 255, 255, 1];
    return layers.reverse().reduce((below, layer) => over(layer, below), canvas);
  };
  const luminance = colour => {
    const [r, g, b] = colour.slice(0, 3).map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement, style = getComputedStyle(element);
    const shown = element.getClientRects().length && style.visibility === 'visible';
    if (!walker.currentNode.textContent.trim() || !shown || element.closest('svg') || ['STYLE', 'SCRIPT', 'OPTION'].includes(element.tagName)) continue;
    const background = behind(element);
    found.push({
      text: walker.currentNode.textContent.trim().slice(0, 40),
      size: parseFloat(style.fontSize),
      contrast: contrast(over(rgba(style.color), background), background),
    });
  }
  return found;
}"""

_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.body.querySelectorAll('*')].filter(e => e.getBoundingClientRect().right > room + 0.5);
  return wide.length ? wide.map(e => e.tagName + ' ' + e.textContent.trim().slice(0, 40)) : ['what is in it'];
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A piece of visible text: its size in px, and its contrast with what is behind it."""

    text: str
    size: float
    contrast: float


def visible_texts(page: Page) -> list[Text]:
    """Every piece of text that is shown, but in charts: their colours are fills, their sizes grow with them (test_charts)."""
    return [Text(**each) for each in page.evaluate(_TEXTS)]


def faults(page: Page, widths: tuple[int, ...]) -> list[str]:
    """What is too small, too faint, or wider than the window, in words."""
    found = []
    for text in visible_texts(page):
        if text.contrast < MIN_CONTRAST:
            found.append(f"contrast {text.contrast:.2f}: {text.text}")
        if text.size < MIN_SIZE:
            found.append(f"{text.size} px: {text.text}")
    for width in widths:
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"wider than {width}: {each}" for each in page.evaluate(_WIDE)]
    return found


def headings(page: Page) -> list[str]:
    """The headings in their order: ``h1``, ``h2`` ..."""
    found: Any = page.eval_on_selector_all("h1, h2, h3, h4, h5, h6", "all => all.map(e => e.tagName.toLowerCase())")
    return [str(each) for each in found]
