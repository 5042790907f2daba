"""What was changed at GitHub behind the stack's back, and both ways out."""
