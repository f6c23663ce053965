"""Every word of the page, in both languages."""
