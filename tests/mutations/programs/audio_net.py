"""M5-like raw waveform classifier and a gated WaveNet stack behind it."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class GatedResidual(nn.Module):
    def __init__(self, channels, skip_channels, kernel_size, dilation):
        super().__init__()
        self.pad = (kernel_size - 1) * dilation
        self.conv_filter = nn.Conv1d(channels, channels, kernel_size, dilation=dilation)
        self.conv_gate = nn.Conv1d(channels, channels, kernel_size, dilation=dilation)
        self.residual = nn.Conv1d(channels, channels, 1)
        self.skip = nn.Conv1d(channels, skip_channels, 1)

    def forward(self, x):
        padded = F.pad(x, (self.pad, 0))
        z = torch.tanh(self.conv_filter(padded)) * torch.sigmoid(self.conv_gate(padded))
        return self.residual(z) + x, self.skip(z)


class AudioNet(nn.Module):
    def __init__(self, n_input=1, n_output=35, stride=4, n_channel=16, layers=3):
        super().__init__()
        self.conv1 = nn.Conv1d(n_input, n_channel, kernel_size=40, stride=stride)
        self.bn1 = nn.BatchNorm1d(n_channel)
        self.pool1 = nn.MaxPool1d(4)
        self.conv2 = nn.Conv1d(n_channel, 2 * n_channel, kernel_size=3)
        self.bn2 = nn.BatchNorm1d(2 * n_channel)
        self.pool2 = nn.MaxPool1d(2)
        self.stack = nn.ModuleList(
            GatedResidual(2 * n_channel, n_channel, kernel_size=2, dilation=2**i) for i in range(layers)
        )
        self.lstm = nn.LSTM(n_channel, 20, num_layers=1, batch_first=True)
        self.fc1 = nn.Linear(20, n_output)

    def forward(self, x):
        x = self.pool1(F.relu(self.bn1(self.conv1(x))))
        x = self.pool2(F.relu(self.bn2(self.conv2(x))))
        total = 0
        for layer in self.stack:
            x, skip = layer(x)
            total = total + skip
        x = F.relu(total).permute(0, 2, 1)
        x, (h_n, _) = self.lstm(x)
        x = x.mean(dim=1) + h_n[-1]
        return F.log_softmax(self.fc1(x), dim=1)
