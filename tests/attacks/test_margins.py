import torch

from crosslab.attacks.margins import ahead


def test_a_margin_is_above_zero_where_the_right_answer_comes_first_and_nowhere_else(
    batch, items, margin, model
):
    assert (margin(batch, items) > 0).all()  # labels are what the model says
    other = type(batch)(
        **{
            name: getattr(batch, name)
            for name in ("input_ids", "attention_mask", "token_type_ids", "movable", "words")
        }
        | {"labels": (batch.labels + 1) % 3}
    )
    assert (margin(other, items) < 0).all()


def test_one_right_answer_ahead_of_all_wrong_ones_is_enough():
    scores = torch.tensor([[0.1, 0.9, 0.5, 0.7], [0.1, 0.9, 0.5, 0.7]])
    right = torch.tensor([[0, 1], [0, 2]])
    assert torch.allclose(ahead(scores, right), torch.tensor([0.2, -0.4]))
