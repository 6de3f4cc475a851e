"""The next frames of a film, from a recurrent cell that convolves."""

import torch
from torch import nn


class Cell(nn.Module):
    """A gated unit whose gates are maps."""

    def __init__(self, inputs, hidden, kernel=3):
        super().__init__()
        self.hidden = hidden
        self.gates = nn.Conv2d(inputs + hidden, 2 * hidden, kernel, padding=kernel // 2)
        self.candidate = nn.Conv2d(inputs + hidden, hidden, kernel, padding=kernel // 2)

    def start(self, frame):
        n, _, height, width = frame.shape
        return frame.new_zeros(n, self.hidden, height, width)

    def forward(self, frame, state=None):
        if state is None:
            state = self.start(frame)
        update, reset = torch.sigmoid(self.gates(torch.cat([frame, state], 1))).chunk(2, dim=1)
        new = torch.tanh(self.candidate(torch.cat([frame, reset * state], 1)))
        return update * state + (1 - update) * new


class FramePredictor(nn.Module):
    def __init__(self, channels=2, widths=(8, 12), ahead=2):
        super().__init__()
        self.ahead = ahead
        self.encode = nn.Conv3d(channels, widths[0], kernel_size=(1, 3, 3), stride=(1, 2, 2), padding=(0, 1, 1))
        sizes = (widths[0], *widths)
        self.cells = nn.ModuleList([Cell(sizes[i], sizes[i + 1]) for i in range(len(widths))])
        self.decode = nn.Sequential(
            nn.ConvTranspose2d(widths[-1], widths[0], 4, stride=2, padding=1),
            nn.Mish(),
            nn.Conv2d(widths[0], channels, 3, padding=1),
        )
        self.back = nn.Conv2d(channels, widths[0], 3, stride=2, padding=1)

    def step(self, x, states):
        for level, cell in enumerate(self.cells):
            states[level] = x = cell(x, states[level])
        return x

    def forward(self, clip):
        frames = self.encode(clip)
        states = [None] * len(self.cells)
        for t in range(frames.size(2)):
            last = self.step(frames[:, :, t], states)
        guesses = [self.decode(last)]
        while len(guesses) < self.ahead:
            guesses.append(self.decode(self.step(self.back(guesses[-1]), states)))
        return torch.stack(guesses, dim=2)
