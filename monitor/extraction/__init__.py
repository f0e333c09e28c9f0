"""From bytes to what was written: pages into articles, PDF files into official reports."""
