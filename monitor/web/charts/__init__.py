"""Pictures of ratings as SVG: pure functions, for pages, and as files of their own for reports."""
