"""A model's vectors as files that other tools read; each module writes one or two formats."""

FORMATS = ("projector", "word2vec", "npz", "parquet", "map")
