"""A convolutional autoencoder with a dense bottleneck and transposed convolutions."""

# %%
import torch
import torch.nn as nn


# %%
class ConvAutoencoder(nn.Module):
    def __init__(self, latent=32):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1),
            nn.ReLU(True),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(True),
            nn.Conv2d(32, 64, 3, stride=2, padding=0),
            nn.ReLU(True),
        )
        self.flatten = nn.Flatten(start_dim=1)
        self.mean = nn.Linear(3 * 3 * 64, latent)
        self.log_var = nn.Linear(3 * 3 * 64, latent)
        self.expand = nn.Linear(latent, 3 * 3 * 64)
        self.unflatten = nn.Unflatten(dim=1, unflattened_size=(64, 3, 3))
        self.decoder = nn.Sequential(
            nn.ConvTranspose2d(64, 32, 3, stride=2, output_padding=0),
            nn.BatchNorm2d(32),
            nn.ReLU(True),
            nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, output_padding=1),
            nn.BatchNorm2d(16),
            nn.ReLU(True),
            nn.ConvTranspose2d(16, 1, 3, stride=2, padding=1, output_padding=1),
        )

    def encode(self, x):
        x = self.flatten(self.encoder(x))
        return self.mean(x), self.log_var(x)

    def reparameterize(self, mean, log_var):
        std = torch.exp(0.5 * log_var)
        return mean + torch.randn_like(std) * std

    def forward(self, x):
        mean, log_var = self.encode(x)
        z = self.reparameterize(mean, log_var)
        out = self.decoder(self.unflatten(self.expand(z)))
        return torch.sigmoid(out - x + x), mean, log_var
