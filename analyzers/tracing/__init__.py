"""The confirmation: a worker under the user's own interpreter runs a model, and what it saw is compared with the facts."""
