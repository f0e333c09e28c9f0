"""From the bytes of a PDF file to an official inspection report."""
