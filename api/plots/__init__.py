"""Pictures as matplotlib axes. Only these modules import matplotlib, and only what is about to draw imports them."""
