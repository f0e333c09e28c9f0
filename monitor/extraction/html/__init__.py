"""From the bytes of a page or a plain text to an article: which blocks are the article, and what the page says of itself."""
