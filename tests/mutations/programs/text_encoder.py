"""A transformer encoder over precomputed token features."""

import math

import torch
from torch import nn


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=128):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(1, max_len, d_model)
        pe[0, :, 0::2] = torch.sin(position * div_term)
        pe[0, :, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[:, : x.size(1)]


class TextClassifier(nn.Module):
    def __init__(self, features=30, d_model=64, nhead=4, layers=2, classes=3):
        super().__init__()
        self.embed = nn.Linear(features, d_model)
        self.position = PositionalEncoding(d_model)
        layer = nn.TransformerEncoderLayer(d_model, nhead, dim_feedforward=128, batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, num_layers=layers)
        self.pool_query = nn.Parameter(torch.zeros(1, 1, 64))
        self.pool = nn.MultiheadAttention(64, num_heads=8, batch_first=True)
        self.conv = nn.Conv1d(d_model, 32, kernel_size=3, padding=1)
        self.head = nn.Linear(64 + 32, classes)

    def forward(self, x):
        x = self.encoder(self.position(self.embed(x)))
        query = self.pool_query.expand(x.shape[0], -1, -1)
        pooled, _ = self.pool(query, x, x)
        local = self.conv(x.permute(0, 2, 1)).max(dim=2).values
        return self.head(torch.cat([pooled[:, 0], local], dim=1))
