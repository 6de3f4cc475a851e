"""A 3-D convolutional classifier for video clips."""

import torch.nn as nn


class C3D(nn.Module):
    def __init__(self, num_classes: int = 7) -> None:
        super().__init__()
        self.conv1 = nn.Conv3d(3, 8, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool1 = nn.MaxPool3d(kernel_size=(1, 2, 2), stride=(1, 2, 2))
        self.conv2 = nn.Conv3d(8, 16, kernel_size=(3, 3, 3), padding=(1, 1, 1))
        self.pool2 = nn.MaxPool3d(kernel_size=(2, 2, 2), stride=(2, 2, 2))
        self.conv3a = nn.Conv3d(16, 32, kernel_size=3, padding=1)
        self.bn3 = nn.BatchNorm3d(32)
        self.conv3b = nn.Conv3d(32, 32, kernel_size=(1, 3, 3), padding=(0, 1, 1), groups=4)
        self.pool3 = nn.AvgPool3d(kernel_size=2, stride=2, padding=(0, 1, 1))
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(p=0.5)
        self.fc6 = nn.Linear(32 * 2 * 5 * 5, 64)
        self.fc7 = nn.Linear(64, num_classes)

    def forward(self, x):
        x = self.pool1(self.relu(self.conv1(x)))
        x = self.pool2(self.relu(self.conv2(x)))
        x = self.relu(self.bn3(self.conv3a(x)))
        x = self.pool3(self.relu(self.conv3b(x)))
        x = x.view(-1, 32 * 2 * 5 * 5)
        x = self.dropout(self.relu(self.fc6(x)))
        return self.fc7(x)
