"""What a person may ask of those who keep their data: a copy of it, and its erasure; each decided by two people."""
