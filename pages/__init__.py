"""What makes the site of docs/ (`make docs`), its reference from the code, and the pictures (`make pictures`)."""
