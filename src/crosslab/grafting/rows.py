"""The vectors of the words of one language, trained while everything else stays as it is."""

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel


class Rows(nn.Module):
    """Some rows of an encoder's table as weights of their own; the encoder is not trained."""

    def __init__(self, encoder: BertModel, first: int, count: int) -> None:
        super().__init__()
        self.first = first
        self.table = [encoder.get_input_embeddings().weight.detach()]  # in a list: no weight
        self.encoder = [encoder.eval().requires_grad_(False)]
        self.rows = nn.Parameter(self.table[0][first : first + count].clone())

    def embedded(self, ids: Tensor) -> Tensor:
        """Return the vectors of tokens, those of the language from the rows that are trained."""
        place = ids - self.first
        own = (place >= 0) & (place < len(self.rows))
        trained = functional.embedding(torch.where(own, place, 0), self.rows)
        return torch.where(own.unsqueeze(-1), trained, self.table[0][ids])

    def states(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the last states, shape ``(batch, length, hidden)``."""
        found: Tensor = self.encoder[0](
            inputs_embeds=self.embedded(ids), attention_mask=mask
        ).last_hidden_state
        return found

    def put_back(self) -> None:
        """Write the trained rows into the encoder's table."""
        with torch.no_grad():
            self.table[0][self.first : self.first + len(self.rows)] = self.rows
