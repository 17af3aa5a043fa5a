import torch

from crosslab.attacks.margins import ahead, all_ahead


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


def test_all_right_columns_count_where_all_are_to_be_found():
    scores = torch.tensor([[3.0, 1.0, 2.0], [0.0, 4.0, 1.0]])
    right = torch.tensor([[0, 1], [1, 2]])
    assert all_ahead(scores, right).tolist() == [0.0, 2.5]
    assert torch.equal(all_ahead(scores, right[:, :1]), ahead(scores, right[:, :1]))
