"""Training on several machines; a training on one machine opens none of this."""
