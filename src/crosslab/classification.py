"""What a classifier says of a batch, without the work that nobody reads."""

from torch import Tensor
from torch.nn import functional
from transformers import BertForSequenceClassification, PreTrainedModel
from transformers.masking_utils import create_bidirectional_mask
from transformers.models.bert.modeling_bert import BertLayer


def class_scores(
    model: PreTrainedModel, *, attention_mask: Tensor, token_type_ids: Tensor, **words: Tensor
) -> Tensor:
    """Return what ``model(...).logits`` is, shape ``(batch, labels)``.

    ``words`` are ``input_ids`` or ``inputs_embeds``. A model that is no BERT is not told which
    sentence a token is of: XLM has no such input, and XLM-R knows one type alone.
    """
    if not isinstance(model, BertForSequenceClassification):
        logits: Tensor = model(attention_mask=attention_mask, **words).logits
        return logits
    first = first_states(
        model, attention_mask=attention_mask, token_type_ids=token_type_ids, **words
    )
    scores: Tensor = model.classifier(model.dropout(model.bert.pooler(first)))
    return scores


def first_states(
    model: BertForSequenceClassification, *, attention_mask: Tensor, **inputs: Tensor
) -> Tensor:
    """Return the last state of the first token, shape ``(batch, 1, hidden)``.

    It is all a classifier reads, so the last layer is computed for that token alone: of two
    layers, nearly half of the work.
    """
    states = model.bert.embeddings(**inputs)  # (batch, length, hidden)
    mask = create_bidirectional_mask(
        config=model.config, inputs_embeds=states, attention_mask=attention_mask
    )  # (batch, 1, length, length), or None where there is no padding
    *layers, last = model.bert.encoder.layer
    for layer in layers:
        states = layer(states, mask)
    return _first_state(last, states, None if mask is None else mask[:, :, :1])


def _first_state(layer: BertLayer, states: Tensor, mask: Tensor | None) -> Tensor:
    """Return the state of the first token after a layer, shape ``(batch, 1, hidden)``."""
    attention, first = layer.attention.self, states[:, :1]
    query, key, value = (
        projected.unflatten(-1, (attention.num_attention_heads, -1)).transpose(1, 2)
        for projected in (attention.query(first), attention.key(states), attention.value(states))
    )  # (batch, heads, 1 or length, head size)
    dropout = attention.dropout.p if layer.training else 0.0
    heads = functional.scaled_dot_product_attention(query, key, value, mask, dropout)
    attended = layer.attention.output(heads.transpose(1, 2).flatten(2), first)
    state: Tensor = layer.feed_forward_chunk(attended)  # (batch, 1, hidden)
    return state
