"""What one policy changes of another: its words, its rules, and what follows from them."""
