"""Layouts that trip readers: whole pages in forms, builders' wrappers, comments longer than the story, hidden roots."""

from __future__ import annotations

from html import escape

from tests.extraction.layouts import TRAPS, Layout, menu, page, parts, teasers, title
from tests.extraction.stories import Story

COMMENT = "Speaking as somebody who has lived here for thirty years, I can say that nobody at the council has listened, and nobody will. "


def in_a_form(story: Story) -> str:
    body = f"""<form id="aspnetForm" method="post" action="x"><div class="aspNetHidden"><input type="hidden" name="__VIEWSTATE" value="a"></div>{menu()}<div id="ctl00_main"><h1>{title(story)}</h1><div class="newsdate">{story.day}</div><div id="ctl00_body">{parts(story)}</div><div class="relatedItems"><h3>Related items</h3><ul>{teasers("span")}</ul></div></div></form>"""
    return page(story, body, site="Eastvale Council")


def page_builder(story: Story) -> str:
    cells, current = [], []
    for kind, text in story.parts:
        current.append((kind, text))
        if len(current) == 2:
            cells.append(tuple(current))
            current = []
    if current:
        cells.append(tuple(current))
    widgets = "".join(
        f'<div class="elementor-element elementor-widget elementor-widget-text-editor"><div class="elementor-widget-container">{parts(Story(name="x", title="x", day="x", author="x", parts=cell))}</div></div>'
        for cell in cells
    )
    cards = "".join(
        f'<div class="elementor-widget elementor-widget-posts"><article class="elementor-post"><h3><a href="/x">{trap}</a></h3></article></div>'
        for trap in TRAPS
    )
    body = f"""{menu()}<div data-elementor-type="single-post" class="elementor post-9 type-post tag-ofsted category-social-care"><section class="elementor-section"><div class="elementor-widget-theme-post-title"><h1 class="elementor-heading-title">{title(story)}</h1></div>{widgets}</section><section class="elementor-section"><h2>Latest news</h2>{cards}</section></div>"""
    return page(
        story,
        body,
        site="Northmoor News",
        head=f'<meta property="article:published_time" content="{story.day}T09:00:00+00:00">',
    )


def many_comments(story: Story) -> str:
    comments = "".join(f'<div class="comment"><span>reader{i}</span><p>{COMMENT * 2}</p></div>' for i in range(12))
    body = f"""{menu()}<div class="post"><h1>{title(story)}</h1><div class="post-body">{parts(story)}</div></div><div id="comments" class="comments-section"><h2>12 comments</h2>{comments}</div>"""
    return page(
        story, body, site="Marlbury Mail", head=f'<meta property="article:published_time" content="{story.day}T09:00:00+00:00">'
    )


def hidden_root(story: Story) -> str:
    body = f"""<div id="app" aria-hidden="true">{menu()}<div class="wrap"><h1>{title(story)}</h1><time datetime="{story.day}T12:00:00Z">x</time><div class="inner">{parts(story, paragraph="div")}</div></div></div><div role="dialog" class="cmp"><p>We value your privacy, and so do our 842 partners, who store and access information on your device.</p><button>Accept</button></div>"""
    return page(story, body, site="Wexcombe Wire")


def paywall_class(story: Story) -> str:
    half = len(story.parts) // 2
    first = Story(name="x", title="x", day="x", author="x", parts=story.parts[:half])
    second = Story(name="x", title="x", day="x", author="x", parts=story.parts[half:])
    body = f"""{menu()}<article class="subscriber-only"><h1>{title(story)}</h1><div class="lead">{parts(first)}</div><div class="ad-slot"><p>Advertisement</p></div><div class="paywall">{parts(second)}</div><div class="promo-strip"><p>Subscribe today for just one pound a week, and never miss another story from {escape("Sutton & Kent")} again.</p></div></article><div class="grid">{teasers()}</div>"""
    return page(story, body, site="The Ledger", head=f'<meta itemprop="datePublished" content="{story.day}T09:00:00+00:00">')


def cards_without_links(story: Story) -> str:
    cards = "".join(
        f'<a class="card" href="/x"><h3>{trap}</h3><p>What inspectors found, what leaders said about it, and what is going to happen to the council next.</p></a>'
        for trap in TRAPS
    )
    body = f"""{menu()}<section class="hero"><h1>{title(story)}</h1><p class="when">Posted on {story.day}</p></section><section class="section">{parts(story)}</section><section class="section"><h2>Keep reading</h2>{cards}</section><section class="section"><h2>About us</h2><p>We are an independent newsroom.</p></section>"""
    return page(story, body, site="Harbour Times")


def inline_reads(story: Story) -> str:
    between = {
        0: f'<p><strong>RELATED: </strong><a href="/x">{TRAPS[3]}</a></p>',
        1: f"<p><em>Read next: {TRAPS[0]}</em></p>",
        2: f'<div class="embed"><a href="/x"><p>{TRAPS[1]}</p></a></div>',
    }
    body = f"""{menu()}<main><h1>{title(story)}</h1><div>{story.author} | {story.day}</div><div class="story">{parts(story, between=lambda index: between.get(index, ""))}</div></main>"""
    return page(story, body, site="Coast FM")


AWKWARD: dict[str, tuple[Layout, str]] = {
    "whole page in a form": (in_a_form, "https://www.eastvale.example.gov.uk/news.aspx?id=4"),
    "page builder": (page_builder, "https://northmoornews.example.co.uk/story/"),
    "comments longer than the story": (many_comments, "https://marlburymail.example.co.uk/story"),
    "hidden root behind a dialog": (hidden_root, "https://wexcombewire.example.co.uk/story"),
    "text in an element named paywall": (paywall_class, "https://ledger.example.co.uk/story"),
    "cards that are links as a whole": (cards_without_links, "https://harbourtimes.example.co.uk/story"),
    "teasers between paragraphs": (inline_reads, "https://coastfm.example.co.uk/story"),
}
