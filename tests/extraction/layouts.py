"""The layouts in which outlets print a story, as functions from a story to a page. Furniture lies where theirs lies.

`TRAPS` stand in every page: headlines and adverts that name places and grades and must never come out as part of a story.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape

from tests.extraction.stories import Story

TRAPS = (
    "Kent children's services rated inadequate by Ofsted",
    "Sutton council boss quits after damning report",
    "Youth Worker, SE1 7JY, London (Greater)",
    "Nottingham told to improve care for vulnerable children",
)
Layout = Callable[[Story], str]


def parts(story: Story, *, paragraph: str = "p", between: Callable[[int], str] = lambda index: "") -> str:
    """The story's parts as ordinary markup, with something after each."""
    made: list[str] = []
    items: list[str] = []
    rows: list[str] = []

    def close() -> None:
        if items:
            made.append("<ul>" + "".join(items) + "</ul>")
            items.clear()
        if rows:
            made.append("<table><thead><tr></tr></thead><tbody>" + "".join(rows) + "</tbody></table>")
            rows.clear()

    for index, (kind, text) in enumerate(story.parts):
        safe = escape(text, quote=False)
        if kind == "li":
            items.append(f"<li>{safe}</li>")
            continue
        if kind == "row":
            left, right = safe.split("|")
            rows.append(f"<tr><th>{left}</th><td>{right}</td></tr>")
            continue
        close()
        tag = {"p": paragraph, "h": "h2", "q": "blockquote"}[kind]
        inner = f"<p>{safe}</p>" if kind == "q" else safe
        made.append(f"<{tag}>{inner}</{tag}>")
        made.append(between(index))
    close()
    return "\n".join(made)


def teasers(tag: str = "h3", count: int = 4) -> str:
    """Links to other stories."""
    return "".join(f'<li><{tag}><a href="/news/{index}">{trap}</a></{tag}></li>' for index, trap in enumerate(TRAPS[:count]))


def menu() -> str:
    names = ["Home", "News", "Politics", "Education", "Social care", "Jobs", "Events", "Subscribe", "Log in"]
    return (
        "<nav class='site-nav'><ul>"
        + "".join(f'<li><a href="/{name.lower()}">{name}</a></li>' for name in names)
        + "</ul></nav>"
    )


def page(story: Story, body: str, *, site: str, head: str = "", extra: str = "") -> str:
    title = escape(story.title, quote=False)
    return (
        f'<!doctype html><html lang="en-GB"><head><meta charset="utf-8"><title>{title} | {site}</title>'
        f'<meta property="og:title" content="{escape(story.title)}"><meta property="og:site_name" content="{site}">{head}'
        f"<script>window.dataLayer=[{{'a':1}}];</script><style>.a{{color:red}}</style></head><body{extra}>{body}</body></html>"
    )


def ld(story: Story, key: str = "headline", body: bool = False) -> str:
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        key: story.title,
        "datePublished": f"{story.day}T09:15:00+00:00",
    }
    if body:
        data["articleBody"] = " ".join(text.replace("|", " ") for _, text in story.parts)
    return f'<script type="application/ld+json">{json.dumps({"@graph": [{"@type": "WebSite", "name": "x"}, data]})}</script>'


def title(story: Story) -> str:
    return escape(story.title, quote=False)


def wordpress(story: Story) -> str:
    body = f"""<div id="page" class="hfeed site">{menu()}<div id="content" class="site-content has-sidebar"><main id="main"><article id="post-1" class="post type-post">
<header class="entry-header"><h1 class="entry-title">{title(story)}</h1><div class="entry-meta">By <a rel="author" href="/a">{story.author}</a> on <time class="entry-date published" datetime="{story.day}T08:00:00+00:00">x</time> in <a href="/c">Children</a></div></header>
<figure class="wp-caption"><img src="a.jpg"><figcaption class="wp-caption-text">Photo: a stock picture of Leeds, rated outstanding in 2022</figcaption></figure>
<div class="entry-content">{parts(story)}<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li><a href="t">Twitter</a></li></ul></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3>Related</h3><ul>{teasers("h4")}</ul></div></div>
<footer class="entry-footer"><span class="tags-links">Tags: <a href="/t">Ofsted</a></span></footer></article>
<div id="comments" class="comments-area"><h2>2 Responses</h2><ol class="comment-list"><li><p>As a social worker in Kent I can say that the service is inadequate, and everyone here knows it, whatever anybody claims.</p></li></ol><p class="no-comments">Comments are closed.</p></div></main>
<aside id="secondary" class="widget-area"><section class="widget"><h2>Latest children's service vacancies</h2><ul>{teasers("span")}</ul></section><section><h2>Workforce Insights</h2><p>Never miss a story: sign up to our weekly newsletter, with all the latest from Sutton and beyond, straight to your inbox.</p></section></aside></div></div>"""
    return page(story, body, site="Care Weekly")


def bbc(story: Story) -> str:
    blocks = []
    for kind, text in story.parts:
        safe = escape(text, quote=False).replace("|", ": ")
        if kind == "h":
            blocks.append(
                f'<div data-component="subheadline-block" class="sc-18fde0d6-0"><h2 class="sc-f98b1ad2-0">{safe}</h2></div>'
            )
        elif kind == "li":
            blocks.append(f'<div data-component="unordered-list-block"><ul><li>{safe}</li></ul></div>')
        else:
            blocks.append(
                f'<div data-component="text-block" class="sc-18fde0d6-0 dlWCEZ"><p class="sc-eb7bd5f6-0">{safe}</p></div>'
            )
    blocks.insert(2, f'<div data-component="links-block"><p>{TRAPS[0]}</p><ul>{teasers("span", 2)}</ul></div>')
    body = f"""<header role="banner">{menu()}</header><main id="main-content"><article><div data-component="headline-block"><h1>{title(story)}</h1></div>
<div data-component="byline-block"><span>Published</span><time datetime="{story.day}T09:15:00.000Z">2 hours ago</time><span>{story.author}</span><span>BBC News, Manchester</span></div>
<div data-component="image-block"><figure><img src="a"><span class="visually-hidden">Image source, Getty Images</span><div data-component="caption-block"><figcaption><span class="visually-hidden">Image caption, </span>Sutton was judged inadequate in 2019</figcaption></div></figure></div>
{"".join(blocks)}
<div data-component="text-block"><p><i>Follow BBC Manchester on <a href="x">BBC Sounds<span class="visually-hidden">, external</span></a>, <a href="x">Facebook</a> and <a href="x">X</a></i></p></div>
<section data-component="topic-list"><h2>More on this story</h2><ul>{teasers("p")}</ul><h2>Related topics</h2><ul><li><a href="/t">Ofsted</a></li></ul><h2>Related internet links</h2><ul><li><a href="/t">Sutton Council</a></li></ul></section></article></main><footer role="contentinfo"><p>Copyright 2026 BBC.</p></footer>"""
    return page(story, body, site="BBC News", head=ld(story))


def govuk(story: Story) -> str:
    body = f"""<div id="global-cookie-message" class="gem-c-cookie-banner"><p>We use some essential cookies to make this website work, and would like to set others.</p></div><header class="gem-c-layout-super-navigation-header">{menu()}</header>
<div class="govuk-width-container"><main role="main" id="content" class="govuk-main-wrapper"><span class="govuk-caption-xl">News story</span><h1 class="gem-c-heading__text">{title(story)}</h1>
<div class="gem-c-metadata"><dl><dt>From:</dt><dd><a href="/ofsted">Ofsted</a></dd><dt>Published</dt><dd>{story.day}</dd></dl></div>
<div class="gem-c-govspeak govuk-govspeak"><div class="govspeak">{parts(story)}</div></div>
<div class="gem-c-published-dates"><h2>Updates to this page</h2><p>Published {story.day}</p></div>
<div class="gem-c-contextual-footer"><h2>Explore the topic</h2><ul><li><a href="/x">{TRAPS[0]}</a></li></ul></div></main>
<div class="gem-c-contextual-sidebar"><h2>Related content</h2><nav><ul>{teasers("span")}</ul></nav></div></div><div class="gem-c-feedback"><h2>Is this page useful?</h2><button>Maybe</button></div><footer class="gem-c-layout-footer"><p>All content is available under the Open Government Licence v3.0, except where otherwise stated</p></footer>"""
    return page(
        story,
        body,
        site="GOV.UK",
        head=ld(story, "headLine") + '<link rel="canonical" href="https://www.gov.uk/government/news/story">',
    )


def newsquest(story: Story) -> str:
    between = {
        1: f'<p><strong>Read more: <a href="/x">{TRAPS[0]}</a></strong></p><div class="advert" id="mpu-1"><p>Advertisement</p></div>',
        3: f'<ul><li><a href="/x"><strong>{TRAPS[3]}</strong></a></li></ul>',
    }
    body = f"""{menu()}<div class="mar-article"><div class="mar-article__timestamp"><p>{story.day}</p></div><h1 class="mar-article__headline">{title(story)}</h1><p class="author-name">By {story.author} <a href="/x">@reporter</a> Local Democracy Reporter</p><div class="gallery"><p class="image-caption">The town hall, in a borough rated inadequate (Image: Newsquest)</p></div>
<div class="article-body" id="subscription-content">{parts(story, between=lambda index: between.get(index, ""))}</div>
<div class="get-involved"><h3>Get involved with the news</h3><p>Send your stories and photos. Got a story from Sutton or Kent? We would like to hear from you today.</p></div><section class="comments"><h2>Comments: Our rules</h2><p>We want our comments to be a lively and valuable part of our community, a place where readers can debate and engage with the most important local issues.</p></section></div><div class="sidebar"><h2>Most read</h2><ol>{teasers()}</ol></div><div class="footer"><p>This website and associated newspapers adhere to the Independent Press Standards Organisation's Editors' Code of Practice.</p></div>"""
    return page(
        story,
        body,
        site="The Ashby Echo",
        head=f'<meta property="article:published_time" content="{story.day}T05:00:00+01:00">' + ld(story, body=True),
    )


def reach(story: Story) -> str:
    between = {
        0: f'<div class="read-more-links"><p>READ MORE: <a href="/x">{TRAPS[1]}</a></p></div>',
        2: f'<aside class="recommended"><h4>Don\'t miss</h4><p>{TRAPS[0]}, say inspectors, in a report that will be painful reading for many, including its leader.</p></aside><div class="newsletter-signup"><p>Sign up to our daily newsletter to get the day\'s headlines sent to you</p></div>',
    }
    body = f"""<header>{menu()}</header><main><article class="article-page"><h1 itemprop="headline name">{title(story)}</h1><p class="sub-title">The borough's services have been looked at again</p><div class="author-information-container"><div class="byline"><ul><li><a href="/a">{story.author}</a></li><li><time datetime="{story.day}T11:00:00Z">11:00</time></li></ul></div></div>
<div class="article-body" itemprop="articleBody"><figure><img src="a"><figcaption><span class="caption">Sutton council's offices</span></figcaption></figure>{parts(story, between=lambda index: between.get(index, ""))}
<p><b><a href="/x">Join our WhatsApp community for the latest news from Sutton</a></b></p></div><div class="tag-list"><span>In the News</span><ul>{teasers("span")}</ul></div></article></main><div class="more-on"><h3>More On</h3><ul><li><a href="/t">Kent County Council</a></li></ul></div>"""
    return page(story, body, site="AshbyLive", head=ld(story))


def national_world(story: Story) -> str:
    ad = '<div class="MarkupAd__wrapper"><span>Hide Ad</span></div><p>Hide Ad</p>'
    body = f"""{menu()}<div class="article-wrapper"><div class="article-header"><h1>{title(story)}</h1><div class="author">By {story.author}</div><div>Published {story.day}, 10:21 BST</div></div><p class="promo"><a href="/x">Watch more of our videos on Shots!</a></p><div class="article-content"><div class="sc-aXZVg">{parts(story, between=lambda index: ad if index in (0, 2) else "")}</div></div>
<div class="related-topics"><span>Related topics:</span><a href="/x">Ofsted</a><a href="/x">Sutton</a></div><div class="mostpopular"><ul>{teasers()}</ul></div></div>"""
    return page(story, body, site="Harrowgate Post", head=ld(story))


def mark_allen(story: Story) -> str:
    body = f"""<header>{menu()}</header><div class="container"><div class="article-category">News</div><h1>{title(story)}</h1><div class="article-details"><span>{story.author}</span><span>Tuesday, May 14, 2024</span></div><div class="row"><div class="col-8"><div class="article__body">{parts(story)}</div>
<div class="register-wall"><h2>Register Now to Continue Reading</h2><p>Thank you for visiting Children &amp; Young People Now and making use of our archive of more than 60,000 expert features, topics hubs, case studies and policy updates.</p><h3>What's Included</h3><ul><li>Free access to 4 subscriber-only articles per month</li><li>Email newsletter providing advice and guidance across the sector</li></ul><a href="/r">Register</a><p>Already have an account? <a href="/s">Sign in here</a></p></div></div>
<div class="col-4"><h2>More like this</h2><div class="job"><h3><a href="/j">Hertfordshire Youth Workers</a></h3><p>"Opportunities in districts teams and countywide"</p></div><div class="job"><h3><a href="/j">Administration Apprentice</a></h3><p>{TRAPS[2]}</p></div></div></div></div>"""
    return page(story, body, site="Young People Today", head=f'<meta name="pubdate" content="{story.day}">')


def mark_allen_old(story: Story) -> str:
    caption = "Penhallow's services were previously rated 'requires improvement' in 2014"
    body = f"""{menu()}<div id="wrapper"><div id="leftcol"><h1>{title(story)}</h1><div class="byline">{story.author}<br>Wednesday, June 13, 2018</div><div class="image"><img src="a" alt="{caption}"><p class="caption">{caption}</p><p class="caption">{caption}</p></div><div class="articlebody">{parts(story)}</div>
<div class="promo-box"><h3>CYP Now Digital membership</h3><ul><li>Latest digital issues</li><li>Latest online articles</li><li>Archive of more than 60,000 articles</li></ul><p>From £15 / month</p><a href="/s">Subscribe</a></div><div class="promo-box"><h3>CYP Now Magazine</h3><p>From £12 / month</p></div></div><div id="rightcol"><h3>Most read</h3><ul>{teasers("span")}</ul></div></div>"""
    return page(story, body, site="Young People Today", head=f'<meta name="DC.date.issued" content="{story.day}">')


def jadu(story: Story) -> str:
    body = f"""<div class="skip"><a class="skip-link" href="#c">Skip to main content</a></div><div class="site-header">{menu()}</div><div class="breadcrumb"><ol><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ol></div><div class="page-content" id="c"><h1>{title(story)}</h1><p class="date">Published: {story.day}</p><div class="byEditor article">{parts(story)}</div><div class="share"><h2>Share this page</h2><ul><li><a href="f">Facebook</a></li></ul></div><h2>Related articles</h2><ul>{teasers("span")}</ul></div><div class="supplements"><h2>Sign up</h2><p>Get all the latest news from the council straight to your inbox, and follow us to hear about events near you.</p></div>"""
    return page(story, body, site="Penhallow Council")


def localgov_drupal(story: Story) -> str:
    body = f"""<div class="dialog-off-canvas-main-canvas" data-off-canvas-main-canvas>{menu()}<div class="layout-container"><main role="main"><div class="region region-content"><article class="node node--type-localgov-news-article" role="article"><h1><span class="field field--name-title">{title(story)}</span></h1><div class="field field--name-localgov-news-date"><time datetime="{story.day}T12:00:00Z">x</time></div><div class="field field--name-body field--type-text-with-summary">{parts(story)}</div><div class="field field--name-field-related"><h2>Related news</h2><ul>{teasers("h3")}</ul></div></article></div></main><aside class="sidebar-second"><div class="block"><h2>Contact us</h2><p>Telephone 01234 567890, Monday to Friday, nine until five, except on bank holidays and over Christmas.</p></div></aside></div></div>"""
    return page(story, body, site="Wexcombe Borough Council")


def mj(story: Story) -> str:
    other = "".join(
        f"<div class='teaser'><h4>FINANCE</h4><h2><a href='/x'>{trap}</a></h2><p>A council in the south has become the latest to ask ministers for help, according to papers published ahead of a meeting on Friday.</p></div>"
        for trap in TRAPS
    )
    body = f"""{menu()}<section class="story"><h4>OFSTED</h4><h1>{title(story)}</h1><div class="meta">By {story.author} | {story.day}</div><div class="story-text">{parts(story)}</div></section><section class="more-stories">{other}</section><div class="popup"><p>Subscribe to The MJ to continue reading this and other articles, with access to our archive.</p></div>"""
    return page(story, body, site="The Journal")


def guardian(story: Story) -> str:
    rich = f'<aside data-component="rich-link"><div><a href="/x">{TRAPS[0]}</a><p>Read more</p></div></aside>'
    body = f"""<header>{menu()}</header><main data-layout="StandardLayout"><article><div data-gu-name="headline"><h1>{title(story)}</h1></div><div data-gu-name="standfirst"><p>Inspectors publish their findings</p></div><div data-gu-name="meta"><address aria-label="Contributor info">{story.author}</address><details><summary>Tue 14 May 2024 09.15 BST</summary></details></div><div data-gu-name="body"><div id="maincontent" class="article-body-commercial-selector">{parts(story, between=lambda index: rich if index == 1 else "")}</div></div><div class="submeta"><h3>Explore more on these topics</h3><ul>{teasers("span")}</ul></div></article></main>"""
    return page(
        story, body, site="the Guardian", head=f'<meta property="article:published_time" content="{story.day}T08:15:00.000Z">'
    )


def breaks(story: Story) -> str:
    text = "<br><br>\n".join(escape(text, quote=False).replace("|", ": ") for _, text in story.parts)
    links = "".join(f'<tr><td><a href="/{i}">{trap}</a></td></tr>' for i, trap in enumerate(TRAPS))
    body = f"""<table width="100%"><tr><td colspan="3">{menu()}</td></tr><tr><td valign="top"><table>{links}</table></td><td valign="top"><div><h1>{title(story)}</h1><font size="2">{story.day}</font><br><br><div class="txt">{text}</div></div></td><td><div><b>Adverts</b><br><a href="/x">{TRAPS[2]}</a></div></td></tr></table>"""
    return page(story, body, site="Town Bulletin")


def amp(story: Story) -> str:
    body = f"""<amp-sidebar id="s">{menu()}</amp-sidebar><article class="amp-wp-article"><header class="amp-wp-article-header"><h1 class="amp-wp-title">{title(story)}</h1><div class="amp-wp-meta amp-wp-byline">{story.author}</div><time datetime="{story.day}">x</time></header><div class="amp-wp-article-content">{parts(story)}</div><amp-ad></amp-ad><section class="amp-related"><h3>You may also like</h3><ul>{teasers("span")}</ul></section></article>"""
    return page(story, body, site="Care Weekly")


def joomla(story: Story) -> str:
    body = f"""{menu()}<div class="item-page" itemscope><div class="page-header"><h2 itemprop="headline">{title(story)}</h2></div><dl class="article-info"><dt>Details</dt><dd class="published"><time datetime="{story.day}T00:00:00+00:00" itemprop="datePublished">Published: {story.day}</time></dd><dd>Hits: 214</dd></dl><div itemprop="articleBody">{parts(story)}<p><em>Sponsored articles</em></p></div><ul class="pager pagenav"><li><a href="/x">{TRAPS[0]}</a></li></ul></div><div class="moduletable"><h3>Latest articles</h3><ul class="latestnews">{teasers("span")}</ul></div>"""
    return page(story, body, site="Law Local")


def bare(story: Story) -> str:
    body = f"""<p><a href="/">Home</a> | <a href="/news">News</a> | <a href="/jobs">Jobs</a></p><h1>{title(story)}</h1><p>{story.day}</p>{parts(story)}<hr><h3>Other news</h3><ul>{teasers("span")}</ul><p><a href="/">Back</a></p><p>Copyright</p>"""
    return page(story, body, site="Parish News")


def tailwind(story: Story) -> str:
    cards = "".join(
        f'<a href="/x" class="block rounded-lg border"><div class="p-4"><p class="text-lg font-bold">{trap}</p><p class="text-sm">Inspectors have published their findings on the council, and its leaders have promised to act on every one of them.</p></div></a>'
        for trap in TRAPS
    )
    body = f"""<div id="__next"><div class="sticky top-0 z-50 flex">{menu()}</div><div class="mx-auto max-w-7xl px-4"><div class="grid grid-cols-12"><div class="col-span-8"><h1 class="text-4xl font-bold">{title(story)}</h1><div class="flex gap-2 text-sm"><span>{story.author}</span><span>{story.day}</span></div><div class="mt-6 space-y-4 overflow-hidden">{parts(story)}</div></div><div class="col-span-4"><h2 class="text-xl">Trending</h2>{cards}</div></div></div><div class="fixed bottom-0"><p>We value your privacy. We and our partners store and/or access information on a device.</p></div></div><script id="__NEXT_DATA__" type="application/json">{{"props":{{}}}}</script>"""
    return page(story, body, site="Metro Wire", head=f'<meta name="date" content="{story.day}">')


LAYOUTS: dict[str, tuple[Layout, str]] = {
    "wordpress": (wordpress, "https://careweekly.example.uk/2024/05/14/story/"),
    "bbc": (bbc, "https://www.bbc.co.uk/news/articles/c1wyp0zd03no"),
    "govuk": (govuk, "https://www.gov.uk/government/news/story"),
    "newsquest": (newsquest, "https://www.ashbyecho.example.co.uk/news/24326024.story/"),
    "reach": (reach, "https://www.ashbylive.example.co.uk/news/story-123"),
    "national world": (national_world, "https://www.harrowgatepost.example.co.uk/news/story-1"),
    "mark allen": (mark_allen, "https://www.ypt.example.co.uk/content/news/story"),
    "mark allen, old": (mark_allen_old, "https://www.ypt.example.co.uk/cyp/news/1/story"),
    "jadu newsroom": (jadu, "https://www.penhallow.example.gov.uk/news/article/1/story"),
    "localgov drupal": (localgov_drupal, "https://www.wexcombe.example.gov.uk/news/2026/story"),
    "mj": (mj, "https://www.journal.example.co.uk/story"),
    "guardian": (guardian, "https://www.theguardian.com/society/2024/may/14/story"),
    "line breaks in tables": (breaks, "http://bulletin.example.org/story.asp?id=3"),
    "amp": (amp, "https://careweekly.example.uk/2024/05/14/story/amp/"),
    "joomla": (joomla, "https://www.lawlocal.example.co.uk/children/1-story"),
    "bare": (bare, "https://parish.example.org/story.html"),
    "utility classes": (tailwind, "https://metrowire.example.com/story"),
}
