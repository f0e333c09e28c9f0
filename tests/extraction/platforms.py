"""Layouts of publishing platforms and big newsrooms: hashed class names, paragraphs that are no <p>, stories below the story."""

from __future__ import annotations

from html import escape

from tests.extraction.layouts import TRAPS, Layout, ld, menu, page, parts, teasers, title
from tests.extraction.stories import Story

SUMMARY = (
    "Inspectors have published what they found on their visit, and leaders have promised to act on every one of the findings."
)
OTHER = (
    "A different council in another part of the country has been told by inspectors that it must do far better by its children."
)


def _pieces(story: Story) -> list[str]:
    """The parts of the story one by one as markup; items of one list stay together."""
    pieces: list[str] = []
    items: list[tuple[str, str]] = []
    for part in (*story.parts, ("end", "")):
        if items and part[0] != items[-1][0]:
            pieces.append(parts(Story(name="x", title="x", day="x", author="x", parts=tuple(items))))
            items = []
        if part[0] in ("li", "row"):
            items.append(part)
        elif part[0] != "end":
            pieces.append(parts(Story(name="x", title="x", day="x", author="x", parts=(part,))))
    return pieces


def hashed_columns(story: Story) -> str:
    columns = "".join(
        f'<div class="css-1fanzo5 Companion"><div class="css-53u6y8">{piece}</div></div>'
        + (f'<div class="css-79elbk"><div class="css-8h527k"><span>Advertisement</span></div></div><aside class="css-o6xoe7"><p>{OTHER}</p></aside>' if index == 1 else "")
        for index, piece in enumerate(_pieces(story))
    )  # fmt: skip
    body = f"""<div id="app"><div><header class="css-1bymuyk">{menu()}</header><main id="site-content"><article id="story" class="css-1vxca1d"><header class="css-p2n0x4"><h1 class="css-17xtcya">{title(story)}</h1><p id="article-summary" class="css-w6ymp8"></p></header><div class="css-233int"><p class="css-1nuro5j">By <span>{story.author}</span></p><ul><li><time datetime="{story.day}">x</time></li></ul></div><section name="articleBody" class="css-1r7ky0e">{columns}</section><div class="bottom-of-article"><p>Follow our coverage on <a href="/f">Facebook</a> and <a href="/t">Twitter</a></p></div></article><section id="related"><ol>{teasers("h2")}</ol></section></main></div></div>"""
    return page(story, body, site="The Courier", head=ld(story))


def div_paragraphs(story: Story) -> str:
    cells = []
    for kind, text in story.parts:
        safe = escape(text, quote=False).replace("|", ": ")
        cells.append(f"<h3>{safe}</h3>" if kind == "h" else f'<div class="zn-body__paragraph">{safe}</div>')
    cells.insert(2, f'<div class="el__embedded el__embedded--standard"><div class="el__article"><a href="/x"><img src="a"></a><div class="el__storyelement"><a href="/x"><span>{TRAPS[0]}</span></a></div></div></div>')  # fmt: skip
    body = f"""{menu()}<article class="pg-rail-tall"><h1 class="pg-headline">{title(story)}</h1><div class="metadata"><p class="metadata__byline">By {story.author}</p><p class="update-time">Updated 0915 GMT, {story.day}</p></div><div class="l-container"><div class="pg-rail-tall__body"><section class="zn zn-body-text" data-zone-label="bodyText"><div class="zn-body__footer"></div>{"".join(cells)}</section></div><div class="pg-rail-tall__rail"><h2>Paid content</h2><ul>{teasers("span")}</ul></div></div></article>"""
    return page(story, body, site="Channel News", head=ld(story))


def inline_headlines(story: Story) -> str:
    between = {
        0: f'<p class="interstitial-link"><i>[<a href="/x">{TRAPS[1]}</a>]</i></p>',
        1: f'<div class="inline-content"><div class="hidden" data-x="1">{OTHER}</div></div><div class="inline-photo"><img src="a"><span class="pb-caption">Children at a club in Kent. (Joe Doe for the Post)</span></div>',
        3: f'<div class="inline-video"><div class="player"></div><div class="video-desc">{OTHER}</div></div>',
    }
    body = f"""{menu()}<div id="main-content"><div id="article-topper"><h1 data-pb-field="title">{title(story)}</h1></div><div id="article-body" class="article-body"><div class="pb-sig-line"><span class="pb-byline">By {story.author}</span> <span class="pb-timestamp">{story.day}</span></div><article class="paywall" itemprop="articleBody">{parts(story, between=lambda index: between.get(index, ""))}</article><div class="pb-bottom-author"><div class="pb-author-bio">{escape(story.author)} covers councils, and joined the Post in 2011 after nine years at a weekly paper. <a href="/f">Follow</a></div></div></div><div class="pb-f-most-read"><ol>{teasers()}</ol></div></div>"""
    return page(story, body, site="The Post", head=ld(story))


def endless(story: Story) -> str:
    def one(heading: str, text: str) -> str:
        return f'<article class="post story"><header class="post__header"><h1 class="post__title">{heading}</h1></header><div class="post__content">{text}</div></article>'

    others = "".join(one(trap, f"<p>{OTHER}</p><p>{SUMMARY}</p><p>{OTHER[:90]}.</p>") for trap in TRAPS[:2])
    body = f"""{menu()}<main><div class="stream">{one(title(story), parts(story))}{others}</div></main>"""
    return page(story, body, site="Stream", head=ld(story))


def blocks_of_text(story: Story) -> str:
    made = "".join(
        f'<div class="content-list-component yr-content-list-text text">{piece}</div>'
        + ('<div class="content-list-component advertisement"><div>Advertisement</div></div>' if index == 0 else "")
        for index, piece in enumerate(_pieces(story))
    )
    body = f"""{menu()}<div class="entry__wrapper"><header class="entry__header"><h1 class="headline__title">{title(story)}</h1></header><div class="entry__body js-entry-body"><div class="entry__text">{made}<div class="content-list-component image"><div><img src="a"><div class="image__credit">Getty Images</div><div class="image__caption">A playground in Nottingham, which was told to improve in 2019</div></div></div></div></div><div class="entry__footer"><div class="author-card"><div>{story.author}</div><div>Reporter on children and families, who has covered councils for many years, and won prizes for it.</div></div></div></div>"""
    return page(story, body, site="The Daily", head=ld(story))


def squares(story: Story) -> str:
    made = "".join(
        f'<div class="sqs-block html-block sqs-block-html"><div class="sqs-block-content">{piece}</div></div>'
        for piece in _pieces(story)
    )
    body = f"""{menu()}<main id="page"><article class="BlogItem"><div class="BlogItem-meta"><time datetime="{story.day}">x</time></div><h1 class="BlogItem-title">{title(story)}</h1><div class="sqs-layout sqs-grid-12"><div class="row sqs-row"><div class="col sqs-col-12">{made}</div></div></div><div class="BlogItem-share">Share</div></article><section class="Blog-pagination"><a href="/p"><div>Previous</div><h3>{TRAPS[0]}</h3></a></section></main>"""
    return page(story, body, site="A Charity")


def plugins(story: Story) -> str:
    between = {
        1: f'<div class="wp-block-latest-posts"><ul>{teasers("span", 3)}</ul></div><div class="mc4wp-form"><p>Join eleven thousand others, and get the week in social care in your inbox each Friday morning.</p></div>',
        2: f'<blockquote class="wp-embedded-content"><a href="/x">{TRAPS[0]}</a></blockquote>',
    }
    body = f"""{menu()}<div id="content"><article id="post-9" class="post-9 post type-post has-post-thumbnail category-credit-unions no-sidebar"><h1 class="entry-title">{title(story)}</h1><div class="entry-content"><div class="addtoany_share_save_container"><div>Spread the love</div></div>{parts(story, between=lambda index: between.get(index, ""))}<div class="yarpp-related"><h3>Related posts:</h3><ol>{teasers("span")}</ol></div><div class="saboxplugin-wrap"><div class="saboxplugin-gravatar"><img src="a"></div><div class="saboxplugin-authorname">{story.author}</div><div class="author-bio">{escape(story.author)} is a writer who lives in Sutton, and who has three cats and an allotment that takes all of the weekend.</div></div></div></article></div>"""
    return page(story, body, site="Care Blog", head=f'<meta property="article:published_time" content="{story.day}T09:00:00+00:00">')  # fmt: skip


def cards_inside(story: Story) -> str:
    cards = "".join(
        f'<div class="c-1x9"><h4><a href="/x">{trap}</a></h4><p>{SUMMARY}</p></div>' for trap in TRAPS
    )  # names say nothing
    between = {2: f'<div class="z9"><div class="z1">{cards}</div></div>'}
    body = f"""{menu()}<main><h1>{title(story)}</h1><div class="z3">{parts(story, between=lambda index: between.get(index, ""))}</div></main>"""
    return page(story, body, site="Hashed News", head=ld(story))


def nested_components(story: Story) -> str:
    groups = "".join(
        f'<div class="articleBodyText version-2 section"><div class="article-body-text component version-2"><div class="component-content">{piece}</div></div></div>'
        + (f'<div class="articleBodyImage section"><div class="article-body-image component"><div class="component-content"><figure><span class="holder"><img src="a"></span><figcaption><span class="caption">Kent county hall</span><span class="copyright">Credit: PA</span></figcaption></figure></div></div></div><div class="relatedContent section"><div class="related-content component"><ul>{teasers("span", 2)}</ul></div></div>' if index == 2 else "")
        for index, piece in enumerate(_pieces(story))
    )  # fmt: skip
    body = f"""{menu()}<main class="row article__body" itemscope><div class="article__content js-article"><header><div class="headline component"><div class="component-content"><h1 itemprop="headline name">{title(story)}</h1></div></div><div class="article__socials"><aside class="social-block"><ul><li><a href="#">Share</a></li></ul></aside></div></header><meta itemprop="datePublished" content="{story.day}T14:15+0000"><footer class="footer-author"><div class="byline"><ul><li>{story.author}</li></ul></div></footer><article itemprop="articleBody">{groups}</article></div><div class="more-stories"><ul>{teasers()}</ul></div></main>"""
    return page(story, body, site="The Broadsheet")


def blog_of_breaks(story: Story) -> str:
    text = "<br /><br />".join(escape(text, quote=False).replace("|", ": ") for _, text in story.parts)
    body = f"""<div class="main-outer">{menu()}<div class="blog-posts hfeed"><div class="date-outer"><h2 class="date-header"><span>{story.day}</span></h2><div class="post hentry"><h3 class="post-title entry-title">{title(story)}</h3><div class="post-body entry-content" dir="ltr"><div class="separator" style="clear: both;"><a href="a"><img src="a"></a></div>{text}<div style="clear: both;"></div></div><div class="post-footer"><div class="post-footer-line">Posted by {story.author} at <a href="/x">09:00</a></div></div></div></div></div><div class="sidebar section"><div class="widget PopularPosts"><h2>Popular posts</h2><ul><li><a href="/x">{TRAPS[0]}</a><div class="item-snippet">{OTHER}</div></li></ul></div></div></div>"""
    return page(story, body, site="A blog", head=f'<meta itemprop="datePublished" content="{story.day}T09:00:00+00:00">')


def custom_elements(story: Story) -> str:
    body = f"""<app-root><app-header>{menu()}</app-header><app-article class="ng-star-inserted"><h1>{title(story)}</h1><app-meta><span>{story.author}</span></app-meta><gu-island name="Body"><article-body>{parts(story)}</article-body></gu-island><app-related class="related-list"><ul>{teasers("span")}</ul><p>{OTHER}</p></app-related></app-article></app-root>"""
    return page(story, body, site="Island Times", head=ld(story))


def comments_by_name_of_nothing(story: Story) -> str:
    talk = "".join(
        f'<div class="u7"><div class="u8"><a href="/u">reader{i}</a> {i} hours ago</div><div class="u9">{OTHER}</div><div><a href="#">Reply</a> <a href="#">Report</a></div></div>'
        for i in range(3)
    )
    body = f"""{menu()}<div class="w"><h1>{title(story)}</h1><div class="t">{parts(story)}</div></div><div class="comments-thread"><h3>What readers say</h3>{talk}</div>"""
    return page(story, body, site="The Argus", head=ld(story))


PLATFORMS: dict[str, tuple[Layout, str]] = {
    "hashed columns": (hashed_columns, "https://courier.example.com/2024/05/14/uk/story.html"),
    "paragraphs that are divs": (div_paragraphs, "https://channel.example.com/2024/05/14/uk/story/index.html"),
    "headlines between paragraphs": (inline_headlines, "https://post.example.com/local/story"),
    "the next story below": (endless, "https://stream.example.com/story"),
    "blocks of text": (blocks_of_text, "https://daily.example.com/entry/story"),
    "site builder": (squares, "https://charity.example.org/blog/story"),
    "blog with plugins": (plugins, "https://careblog.example.org/story/"),
    "cards inside": (cards_inside, "https://hashed.example.com/story"),
    "nested components": (nested_components, "https://broadsheet.example.com/news/story/"),
    "blog of line breaks": (blog_of_breaks, "https://ablog.example.com/2024/05/story.html"),
    "custom elements": (custom_elements, "https://island.example.com/story"),
    "readers' words": (comments_by_name_of_nothing, "https://argus.example.com/story"),
}
