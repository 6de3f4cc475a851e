"""What a change does to models: two trees of files in, differences out."""
