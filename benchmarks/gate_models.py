"""Three candidates made of one model folder: the same, a broken chat template, 8-bit weights.

    python benchmarks/gate_models.py MODEL_FOLDER TARGET

``same`` links to every file; ``template`` has a chat template that leaves out what the user
says last; ``rounded`` has each row of each matrix rounded to 255 steps of its largest weight
(symmetric absmax quantisation, as Dettmers et al. 2022, arXiv:2208.07339, section 2).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

BROKEN = (
    "{% for message in messages %}{% if not loop.last %}<|im_start|>{{ message['role'] }}\n"
    "{{ message['content'] }}<|im_end|>\n{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def linked(source: Path, target: Path, without: str = "") -> Path:
    """Make a folder of links to all files but one."""
    target.mkdir(parents=True)
    for path in source.iterdir():
        if path.name != without:
            (target / path.name).symlink_to(path.resolve())
    return target


def rounded(weights: Any) -> Any:
    """Return a matrix with each row rounded to 8 bits, in its own precision."""
    scale = weights.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / 127
    return ((weights / scale).round() * scale).to(weights.dtype)


def main() -> None:
    """Make the folders."""
    from safetensors.torch import load_file, save_file

    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    linked(source, target / "same")
    folder = linked(source, target / "template", "chat_template.jinja")
    (folder / "chat_template.jinja").write_text(BROKEN)
    folder = linked(source, target / "rounded", "model.safetensors")
    tensors = load_file(source / "model.safetensors")
    made = {name: rounded(one) if one.dim() == 2 else one for name, one in tensors.items()}
    save_file(made, folder / "model.safetensors", metadata={"format": "pt"})


if __name__ == "__main__":
    main()
