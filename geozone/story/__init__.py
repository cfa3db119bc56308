"""What is known of a zone in one to three sentences, and what a rate says in one: by rules that a document states."""
