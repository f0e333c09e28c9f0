"""How right the classifier is about labelled articles: figures, frame rows, and the first stage at fault. No I/O."""
