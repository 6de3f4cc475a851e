"""Files and notebooks whose own code builds models, and what Keras makes of them when it runs them."""
