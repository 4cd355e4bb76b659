"""What other programs' clients say, translated into our words and back: one module per program, no HTTP."""
