"""A segmenter with its hyperparameters, training step, loss and metric in the class, as Lightning has it."""

from itertools import pairwise
from types import SimpleNamespace

import torch
from torch import nn
from torch.nn import functional as F


class BaseModule(nn.Module):
    def __init__(self):
        super().__init__()
        self.hparams = SimpleNamespace()
        self.logged = {}

    def save_hyperparameters(self, **kwargs):
        self.hparams.__dict__.update(kwargs)

    def log(self, name, value):
        self.logged[name] = value


class LitSegmenter(BaseModule):
    def __init__(self, n_classes=5, base=8, levels=3, lr=1e-3):
        super().__init__()
        self.save_hyperparameters(n_classes=n_classes, base=base, lr=lr)
        widths = [base * 2**i for i in range(levels)]
        self.inc = self.double_conv(3, widths[0])
        self.downs = nn.ModuleList([self.double_conv(a, b, stride=2) for a, b in pairwise(widths)])
        self.laterals = nn.ModuleList([nn.Conv2d(w, base * 2, kernel_size=1) for w in widths])
        self.smooth = nn.Conv2d(base * 2, base * 2, kernel_size=3, padding=1, groups=2)
        self.classifier = nn.Conv2d(base * 2, n_classes, kernel_size=1)
        self.criterion = nn.CrossEntropyLoss(ignore_index=255)

    @staticmethod
    def double_conv(cin, cout, stride=1):
        return nn.Sequential(
            nn.Conv2d(cin, cout, 3, stride=stride, padding=1),
            nn.BatchNorm2d(cout),
            nn.ReLU(),
            nn.Conv2d(cout, cout, 3, padding=1),
            nn.BatchNorm2d(cout),
            nn.ReLU(),
        )

    def features(self, x):
        feats = [self.inc(x)]
        for down in self.downs:
            feats.append(down(feats[-1]))
        return feats

    def segment(self, x):
        pyramid = [lateral(f) for lateral, f in zip(self.laterals, self.features(x))]
        out = pyramid.pop()
        while pyramid:
            finer = pyramid.pop()
            out = F.interpolate(out, size=finer.shape[-2:], mode="bilinear", align_corners=False) + finer
        return self.classifier(self.smooth(out))

    def training_step(self, batch, batch_idx):
        x, y = batch
        logits = self.segment(x)
        loss = self.criterion(logits, y)
        self.log("train_loss", loss)
        self.log("train_iou", self.iou(logits, y))
        return loss

    def iou(self, logits, y):
        pred = logits.argmax(dim=1)
        onehot = F.one_hot(pred, self.hparams.n_classes).permute(0, 3, 1, 2)
        return (onehot.sum(dim=(2, 3)) * (y > 0).sum(dim=(1, 2)).unsqueeze(1)).float().mean()

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)

    def forward(self, x):
        logits = self.segment(x)
        target = torch.zeros(x.shape[0], x.shape[2], x.shape[3], dtype=torch.long)
        return logits, self.training_step((x, target), 0)
