"""A peer that ranks or generates on demand; run by the peer's own interpreter.

Reads one JSON line: what to load and what to ask.  Says it is ready, then does one
round for every line it reads, and prints a JSON line with seconds and answers.
"""

import json
import sys
import time


def main() -> None:
    order = json.loads(sys.stdin.readline())
    ask = {
        ("lm-eval", "rank"): lm_eval_rank,
        ("lm-eval", "generate"): lm_eval_generate,
        ("lm-eval", "prompts"): lm_eval_prompts,
        ("opencompass", "rank"): opencompass_rank,
        ("opencompass", "generate"): opencompass_generate,
        ("lm-eval", "calls"): lm_eval_calls,
        ("opencompass", "calls"): opencompass_calls,
        ("inspect", "calls"): inspect_calls,
    }[order["peer"], order["kind"]](order)
    ask(order["asked"][:1])
    say({"ready": True})
    for _ in sys.stdin:
        wall, cpu = time.perf_counter(), time.process_time()
        answers = ask(order["asked"])
        seconds = time.perf_counter() - wall
        say({"seconds": seconds, "cpu": time.process_time() - cpu, "answers": answers})


def say(value):
    print("\n@@" + json.dumps(value), flush=True)


def lm_eval_model(order):
    from lm_eval.models.huggingface import HFLM

    return HFLM(
        pretrained=order["model"],
        device="cpu",
        dtype=order["dtype"],
        batch_size=order["batch"],
    )


def lm_eval_rank(order):
    from lm_eval.api.instance import Instance

    model = lm_eval_model(order)

    def ask(asked):
        requests = [
            Instance("loglikelihood", {}, (context, option), number)
            for number, (context, options) in enumerate(asked)
            for option in options
        ]
        flat = [value for value, _ in model.loglikelihood(requests, disable_tqdm=True)]
        return split(flat, asked)

    return ask


def lm_eval_prompts(_order):
    """Return what its own tasks ask of rows: for each row its pairs of context and option."""
    import tempfile
    from pathlib import Path

    import lm_eval.tasks
    from lm_eval.api.task import ConfigurableTask
    from lm_eval.tasks._yaml_loader import load_yaml

    def pairs(asked):
        folder = Path(tempfile.mkdtemp())
        (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in asked["rows"]))
        config = load_yaml(Path(lm_eval.tasks.__file__).parent / asked["task"])
        split = config.get("test_split") or config["validation_split"]
        files = {"data_files": {split: str(folder / "rows.jsonl")}, "cache_dir": str(folder)}
        config |= {"dataset_path": "json", "dataset_name": None, "dataset_kwargs": files}
        config |= {"training_split": None, "fewshot_split": None}
        config |= {"test_split": None, "validation_split": split}
        task = ConfigurableTask(config=config)
        found = []
        for doc in task.validation_docs():
            context = task.fewshot_context(doc, num_fewshot=0)
            found.append([one.args for one in task.construct_requests(doc, context)])
        return found

    return lambda asked: [pairs(one) for one in asked]


def lm_eval_generate(order):
    from lm_eval.api.instance import Instance

    model = lm_eval_model(order)
    settings = {
        "until": order["stop"],
        "max_gen_toks": order["max_new_tokens"],
        "do_sample": False,
    }

    def ask(asked):
        requests = [
            Instance("generate_until", {}, (prompt, dict(settings)), number)
            for number, prompt in enumerate(asked)
        ]
        return model.generate_until(requests, disable_tqdm=True)

    return ask


def lm_eval_calls(order):
    """Ask a server through ``local-chat-completions``."""
    from lm_eval.api.instance import Instance
    from lm_eval.models.api_models import JsonChatStr
    from lm_eval.models.openai_completions import LocalChatCompletion

    model = LocalChatCompletion(
        model="m",
        base_url=order["url"] + "/chat/completions",
        num_concurrent=order["concurrency"],
        eos_string="<end>",
    )
    settings = {"until": [], "max_gen_toks": 512, "temperature": 0}

    def ask(asked):
        chats = [JsonChatStr(json.dumps([{"role": "user", "content": text}])) for text in asked]
        requests = [
            Instance("generate_until", {}, (chat, dict(settings)), number)
            for number, chat in enumerate(chats)
        ]
        return model.generate_until(requests, disable_tqdm=True)

    return ask


def inspect_calls(order):
    """Ask a server through the provider ``openai-api``."""
    import asyncio

    from inspect_ai.model import GenerateConfig, get_model

    config = GenerateConfig(max_connections=order["concurrency"], temperature=0, max_tokens=512)

    async def every(asked):
        name = "openai-api/loopback/m"
        async with get_model(
            name, base_url=order["url"], api_key="x", config=config, memoize=False
        ) as model:
            found = await asyncio.gather(*map(model.generate, asked))
        return [one.completion for one in found]

    return lambda asked: asyncio.run(every(asked))


def opencompass_calls(order):
    """Ask a server through ``OpenAISDK``; it counts the tokens of prompts with a tokenizer."""
    from opencompass.models import OpenAISDK

    model = OpenAISDK(
        path="m",
        openai_api_base=order["url"],
        key="x",
        tokenizer_path=order["tokenizer"],
        temperature=0,
        **order["settings"],
    )
    return lambda asked: model.generate(asked, max_out_len=512)


def opencompass_model(order):
    from opencompass.models import HuggingFaceBaseModel

    return HuggingFaceBaseModel(
        path=order["model"],
        model_kwargs={"torch_dtype": f"torch.{order['dtype']}", "device_map": "cpu"},
        stop_words=order.get("stop", []),
    )


def opencompass_rank(order):
    model = opencompass_model(order)

    def ask(asked):
        texts = [context + option for context, options in asked for option in options]
        flat = []
        for start in range(0, len(texts), order["batch"]):
            flat += [-float(v) for v in model.get_ppl(texts[start : start + order["batch"]])]
        return split(flat, asked)

    return ask


def opencompass_generate(order):
    model = opencompass_model(order)

    def ask(asked):
        found = []
        for start in range(0, len(asked), order["batch"]):
            part = asked[start : start + order["batch"]]
            found += model.generate(part, max_out_len=order["max_new_tokens"])
        return found

    return ask


def split(flat, asked):
    found, start = [], 0
    for _, options in asked:
        found.append(flat[start : start + len(options)])
        start += len(options)
    return found


if __name__ == "__main__":
    main()
