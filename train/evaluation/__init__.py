"""How good a model is: links are held out and ranked again, neighbours are compared, and so are simpler ways."""
