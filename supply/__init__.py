"""What is installed, by hash, and under which licences."""
