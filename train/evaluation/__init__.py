"""How good a model is: held-out links are ranked again, and readers' likes and "See also" judge its answers."""
