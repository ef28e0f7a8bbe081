"""Training on several machines; a training on one machine imports none of it but `tf_config`."""
