"""The histories that move, and the resource that carries each to its repository."""
