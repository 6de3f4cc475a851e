"""A bidirectional LSTM over feature vectors, with a character-level side input, tagging every step."""

import torch
from torch import nn
from torch.nn import functional as F


class Tagger(nn.Module):
    def __init__(self, features=40, hidden=32, tags=9, layers=2):
        super().__init__()
        self.project = nn.Linear(features, 24)
        self.norm = nn.LayerNorm(24)
        self.lstm = nn.LSTM(24, hidden, num_layers=layers, batch_first=True, bidirectional=True)
        self.chars = nn.GRU(input_size=10, hidden_size=16, batch_first=True)
        self.attention = nn.Linear(2 * hidden, 1)
        self.hidden2tag = nn.Linear(hidden * 2 + 16, tags)

    def forward(self, sentence, characters):
        embedded = F.gelu(self.norm(self.project(sentence)))
        states, _ = self.lstm(embedded)
        _, summary = self.chars(characters)
        weights = torch.softmax(self.attention(states), dim=1)
        states = states * weights
        summary = summary.squeeze(0).unsqueeze(1).expand(-1, states.size(1), -1)
        scores = self.hidden2tag(torch.cat([states, summary], dim=-1))
        return F.log_softmax(scores, dim=2)
