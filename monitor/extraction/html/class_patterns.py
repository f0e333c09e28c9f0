"""What the names of elements (class, id) say about them: rows of a pattern and a name that must match it.

Names are made lower case with camelCase cut; a pattern starts at the start of a word. A name is believed only where the page's
prose does not contradict it (`extract`): whole articles stand in elements called "paywall", "widget" or "tag-ofsted".
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

END = r"(?![a-z0-9])"
_MAX_NAMES = 400

#: Beside the article, as a rule.
BOILERPLATE_ROWS: tuple[tuple[str, str], ...] = (
    (rf"ads?{END}", "mpu ad"),
    (r"advert", "advert-wrapper"),
    (r"ad-?(?:slot|unit|box|wrap|container|banner|label|space)", "ad-slot-1"),
    (r"about-?(?:the-?)?author", "about-the-author"),
    (r"add-?(?:this|toany|to-any)|a2a", "addtoany_share_save"),
    (r"affiliate", "affiliate-disclosure"),
    (r"also-?(?:read|like|in)", "also-read"),
    (r"author-?(?:bio|box|info|card|profile)", "author-bio"),
    (rf"bio{END}", "bio"),
    (r"banner", "top-banner"),
    (rf"(?:by-?line|author)s?{END}", "story-byline"),
    (r"caption", "wp-caption-text"),
    (r"(?:image|photo|picture)-?(?:credit|caption)", "image-credit"),
    (r"carousel|slideshow|gallery", "carousel-item"),
    (r"copyright|disclaimer", "copyright-notice"),
    (rf"credits?{END}", "photo-credit"),
    (rf"cta{END}", "cta-box"),
    (r"donat", "donate-panel"),
    (r"email-?(?:sign|alert)", "email-signup"),
    (r"feedback", "gem-c-feedback"),
    (r"flyout|tooltip|toolbar|overlay|pop-?up|modal", "popup-content"),
    (rf"headlines{END}", "top-headlines"),
    (r"(?:hidden|hide)(?![\w-])", "hidden"),
    (r"jobs?(?:-|$)|vacanc", "jobs-list"),
    (r"jw-?player|brightcove|(?:video|audio|media)-?player", "jwplayer"),
    (r"latest-?(?:news|posts|stories|articles|headlines)", "latest-news"),
    (r"log-?in|sign-?in|sign-?up|register-?(?:wall|box|form)|reg-?wall", "register-wall"),
    (r"masthead", "masthead"),
    (rf"meta{END}", "entry-meta"),
    (r"more-?(?:stories|like|on|from|news|in|articles|posts)", "more-on"),
    (r"newsletter|mc4wp|mailchimp|opt-?in(?:-|$)", "mc4wp-form"),
    (r"pager|pagination|prev-?next|post-?nav", "pager"),
    (rf"partners?{END}", "partner-links"),
    (r"print-?only", "print-only"),
    (r"pull-?quote", "pullquote"),
    (rf"rail{END}", "right-rail"),
    (r"read-?(?:more|next|also)", "read-more-links"),
    (r"recent-?(?:posts|stories|articles|news|comments)", "recent-posts"),
    (r"see-?also", "see-also"),
    (r"side-?bar", "sidebar"),
    (r"social(?!-?(?:care|work|services|housing))", "social-links"),
    (r"sponsor", "sponsored-content"),
    (r"subscri(?:be(?!r)|ption-?(?:box|form|promo|offer))", "subscribe-panel"),
    (rf"tag(?:s|-?list|-?cloud)?{END}", "post-tags"),
    (r"teaser", "teaser-card"),
    (rf"time-?stamp{END}", "timestamp"),
    (rf"toc{END}|table-of-contents", "toc"),
    (r"top-?(?:stories|news|headlines)", "top-stories"),
    (r"topics?-?list", "topic-list"),
    (r"video-?(?:desc|caption|title|info|meta|transcript)", "video-desc"),
    (r"widget-?(?:area|title|recent|sidebar)", "widget-area"),
    (r"what-?s-?next|up-?next", "whats-next"),
    (r"(?:article|story|post|entry)-?(?:tools|footer|tags|links|actions)", "story-tools"),
    (r"comment(?:s|-?list|-?form|-?section|-?area|-?thread)?" + END, "comments-area"),
)
#: Beside the article whatever stands in them: readers' words and other stories can be longer than the article.
NEVER_ROWS: tuple[tuple[str, str], ...] = (
    (r"comments(?:-?(?:list|section|area|thread|container|wrapper))?" + END, "comments"),
    (r"comment-?(?:list|section|area|thread|respond)", "commentlist"),
    (r"(?:comentario|commentaire|kommentar|reactie)[a-z]*" + END, "comentarios"),
    (r"disqus|livefyre|coral-?talk|respond" + END, "disqus_thread"),
    (r"cookie|gdpr|consent", "cookie-banner"),
    (r"related-?(?:stor|article|post|link|news|content|topic|item|read)|jp-?related|related" + END, "related-posts"),
    (
        r"recirc|recommend|outbrain|taboola|zergnet|revcontent|yarpp|trending|most-?(?:read|popular|viewed)|popular-?(?:posts|stories|articles)",
        "most-read",
    ),
    (r"you-?(?:may|might)", "you-may-like"),
    (r"shar(?:e|ing)(?:-|daddy|bar|tools|buttons|links|this|" + END + ")", "sharedaddy"),
    (r"bread-?crumb", "breadcrumb-trail"),
    (r"nav(?:bar|igation|s)?" + END, "main-navigation"),
    (r"footer|site-?foot", "global-footer"),
    (r"skip-?(?:link|to)", "skip-link"),
    (r"(?:visually|visibility)-?hidden|sr-?only|screen-?reader", "visually-hidden"),
    (r"promo", "promo-box"),
)
#: The article itself.
ARTICLE_ROWS: tuple[tuple[str, str], ...] = (
    (
        r"(?:article|story|entry|post|content|page|main|news|node)[-_]*(?:body|content|text|copy|main|detail|inner)",
        "entry-content",
    ),
    (r"body[-_]*(?:content|text|copy)|(?:article|story)body", "body-copy"),
    (r"rich-?text|text-?block|prose|wysiwyg|by-?editor", "richtext"),
    (r"govspeak|field--name-body|paragraph", "govspeak"),
)

_START = r"(?:^|[^a-z0-9])(?:"
#: What an element has or lacks is not what it is: ``has-related``, ``content-with-sidebar``, ``no-comments``.
_FLAG = re.compile(r"(?:(?<=[\s_-])|^)(?:has|no|not|with|without|hide|show)[-_]+[\w-]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def _union(rows: tuple[tuple[str, str], ...]) -> re.Pattern[str]:
    return re.compile(_START + "|".join(pattern for pattern, _ in rows) + ")")


_BESIDE = _union(BOILERPLATE_ROWS)
_NEVER = _union(NEVER_ROWS)
_ARTICLE = _union(ARTICLE_ROWS)


class Said(NamedTuple):
    """What a name says of its element: `text` is the name as the patterns read it."""

    text: str = ""
    beside: bool = False
    never: bool = False
    article: bool = False


@lru_cache(maxsize=16_384)
def _word(word: str) -> Said:
    """What one class, or an id, says. Most of a site's elements share a few hundred of them."""
    text = _FLAG.sub("", _CAMEL.sub("-", word).lower())
    never = _NEVER.search(text) is not None
    return Said(text, never or _BESIDE.search(text) is not None, never, _ARTICLE.search(text) is not None)


def said_by(*names: str | None) -> Said:
    """What an element's class, id and the like say about it. Bounded: names of many thousand characters exist."""
    words = " ".join(name for name in names if name)[:_MAX_NAMES].split()
    if len(words) == 1:
        return _word(words[0])
    said = [_word(word) for word in words]
    return Said(
        " ".join(one.text for one in said),
        any(one.beside for one in said),
        any(one.never for one in said),
        any(one.article for one in said),
    )
