"""What happens to a model: its row, its vectors, what they stand for, and which model answers."""
