"""Lines of a page that are not the story: where it ends, and single lines to skip. Matched against the start of a folded line."""

#: from such a line on, once some of the story has been read, the rest of the page is furniture
STOP_LINES = (
    "register now", "register to keep reading", "register to continue", "digital membership", "cyp now digital", "cyp now magazine", "more like this", "more on this story", "related topics",
    "related articles", "related stories", "related links", "related internet links", "related content", "related news", "related files", "related documents", "you may also like", "you might also like",
    "comments are closed", "continue reading", "get in touch", "sign up", "subscribe", "want full access", "to continue reading", "share this page", "share this article", "media enquiries",
    "more from local news", "more from", "most read", "most popular", "latest jobs", "latest vacancies", "jobs:", "job of the week", "thank you for visiting", "want a quick and expert briefing", "follow bbc", "hear more from",
    "back to news", "join our commenting", "join the conversation", "what do you think?", "have your say", "your comments", "leave a comment", "comments (", "recommended reading", "trending", "popular stories", "in other news", "also in the news", "elsewhere on the site",
    "enjoyed this", "this site uses cookies", "more news:", "read next", "promoted stories", "newsletter", "sponsored", "advertisement feature", "already a subscriber", "already have an account", "further reading", "tags:", "filed under", "story saved",
)

#: one line, wherever it stands
SKIP_LINES = (
    "read more", "read also", "related:", "see also", "watch:", "listen:", "advert", "hide ad", "cookies", "image source", "image caption", "picture:", "photo:", "(image", "credit:", "getty images", "bookmark", "share ", "home >", "home /", "skip to", "on air now", "listen live",
    "live:", "breaking:", "you are here", "most shared", "most viewed", "watch more", "watch local", "don't miss", "editor's picks", "published by", "* council", "(left)", "(right)",
)
