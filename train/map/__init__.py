"""A model's articles on a map: laid out in the plane, divided into regions, and stored with the model."""
