"""What is installed, by hash and under which licences, and what is released."""
