"""The map of a model: where its articles stand, its regions, and the ready-made parts that a browser draws."""
