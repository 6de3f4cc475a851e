"""A denoising network: two levels, a time embedding, attention in the middle."""

import torch.nn as nn
from parts import Down, ResBlock, TimeEmbedding, Up


class Middle(nn.Module):
    def __init__(self, channels, time_dim):
        super().__init__()
        self.before = ResBlock(channels, channels, time_dim)
        self.attention = nn.MultiheadAttention(channels, 4, batch_first=True)
        self.after = ResBlock(channels, channels, time_dim)

    def forward(self, x, t):
        x = self.before(x, t)
        b, c, h, w = x.shape
        tokens = x.flatten(2).transpose(1, 2)
        mixed, _ = self.attention(tokens, tokens, tokens)
        x = x + mixed.transpose(1, 2).reshape(b, c, h, w)
        return self.after(x, t)


class Denoiser(nn.Module):
    def __init__(self, channels=1, width=16, time_dim=32):
        super().__init__()
        self.time = TimeEmbedding(time_dim)
        self.stem = nn.Conv2d(channels, width, 3, padding=1)
        self.down1 = Down(width, width, time_dim)
        self.down2 = Down(width, width * 2, time_dim)
        self.middle = Middle(width * 2, time_dim)
        self.up2 = Up(width * 2, width * 2, time_dim)
        self.up1 = Up(width * 2, width, time_dim)
        self.out = nn.Conv2d(width, channels, 1)

    def forward(self, x, t):
        t = self.time(t)
        x = self.stem(x)
        x, skip1 = self.down1(x, t)
        x, skip2 = self.down2(x, t)
        x = self.middle(x, t)
        x = self.up2(x, skip2, t)
        x = self.up1(x, skip1, t)
        return self.out(x)
