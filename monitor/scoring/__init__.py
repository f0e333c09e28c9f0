"""How right the classifier is about labelled articles: figures, and the first stage at fault. No I/O."""
