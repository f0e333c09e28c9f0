"""From the labelled corpus to the linker's weights. Needs the extra ``train``; nothing of it runs in the product."""
