"""RF406: a softmax before a loss that applies its own."""

from __future__ import annotations

from analyzers.rules.support.problems import from_problems
from analyzers.rules.support.record import Example, Rule

RULE = Rule(
    code="RF406",
    name="double-softmax",
    level="warning",
    confidence="high",
    summary="The output of a softmax is given to a loss that expects logits.",
    why=(
        "CrossEntropyLoss (and Keras' from_logits=True) applies a softmax itself: the gradient "
        "becomes small and training slow or stuck."
    ),
    how_to_fix="Return the logits; apply the softmax only where probabilities are shown.",
    reference="https://docs.pytorch.org/docs/stable/generated/torch.nn.CrossEntropyLoss.html",
)

check = from_problems(RULE)

GOOD: tuple[Example, ...] = ()
BAD: tuple[Example, ...] = ()
