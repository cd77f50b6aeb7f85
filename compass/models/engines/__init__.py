"""Inference engines for GPUs, run in this process: LMDeploy, vLLM, SGLang."""

from __future__ import annotations

from compass.models.engines.model import VLLM, LMDeploy, SGLang

__all__ = ["VLLM", "LMDeploy", "SGLang"]
