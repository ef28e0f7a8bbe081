"""How good a model is: links held out and ranked again, neighbours that agree, and simpler ways beside it."""
