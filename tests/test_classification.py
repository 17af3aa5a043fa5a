import numpy as np
import pytest
import torch

from crosslab.classification import class_scores
from crosslab.config import EncoderConfig
from crosslab.models import classifier, masked_encoder

LENGTHS = (9, 5, 7)


def model_of(layers, dropout=0.0):
    size = EncoderConfig(hidden=16, layers=layers, heads=2, feed_forward=32, dropout=dropout)
    return classifier(masked_encoder(size, 50, seed=1), 3, seed=1).double()


def inputs_of(lengths):
    rng = np.random.default_rng(0)
    ids = torch.from_numpy(rng.integers(5, 50, size=(len(lengths), max(lengths))))
    mask = (torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]).long()
    return {
        "input_ids": ids * mask,
        "attention_mask": mask,
        "token_type_ids": (torch.arange(max(lengths)) > 3).long() * mask,
    }


@pytest.mark.parametrize("lengths", [LENGTHS, (6, 6, 6)], ids=["padded", "of one length"])
@pytest.mark.parametrize("layers", [1, 2, 3])
def test_scores_and_gradients_are_those_of_the_whole_model(layers, lengths):
    model, inputs = model_of(layers), inputs_of(lengths)
    found = []
    for scores in (model(**inputs).logits, class_scores(model, **inputs)):
        model.zero_grad()
        scores.square().sum().backward()
        found.append([scores.detach(), *(each.grad.clone() for each in model.parameters())])
    for whole, short in zip(*found, strict=True):
        torch.testing.assert_close(short, whole, rtol=1e-9, atol=1e-12)


def test_words_may_come_as_embeddings():
    model, inputs = model_of(2), inputs_of(LENGTHS)
    words = model.bert.embeddings.word_embeddings(inputs["input_ids"])
    embedded = {name: each for name, each in inputs.items() if name != "input_ids"}
    torch.testing.assert_close(
        class_scores(model, inputs_embeds=words, **embedded), class_scores(model, **inputs)
    )


@pytest.mark.parametrize("training", [True, False])
def test_dropout_acts_in_training_alone(training):
    model, inputs = model_of(1, dropout=0.5), inputs_of(LENGTHS)
    for module in model.modules():  # leaves the dropout inside attention alone
        if (
            isinstance(module, torch.nn.Dropout)
            and module is not model.bert.encoder.layer[0].attention.self.dropout
        ):
            module.p = 0.0
    model.train(training)
    one, again = (class_scores(model, **inputs) for _ in range(2))
    assert torch.equal(one, again) is not training
