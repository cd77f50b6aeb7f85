"""A server over a transformers model that speaks the shapes of OpenAI, vLLM, SGLang and LMDeploy.

Its log-probabilities of prompts are true, computed one text at a time with the plain model.
As a program: ``python -m tests.hf_server FOLDER PORT``.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Voice:
    """A model that reads and writes one text at a time.

    Args:
        folder: As save_pretrained wrote it.
        shifted: Give each prompt token the log-probability of the row behind it, as one real
            server does.
    """

    def __init__(self, folder: str, shifted: bool = False) -> None:
        import transformers

        self.tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
        self.model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
        self.shifted = shifted
        self.lock = threading.Lock()

    def ids(self, text: str) -> list[int]:
        return self.tokenizer(text)["input_ids"]

    def text(self, token: int) -> str:
        return self.tokenizer.decode([token], clean_up_tokenization_spaces=False)

    def rows(self, ids: list[int]) -> Any:
        """Return the log-probabilities after each token."""
        import torch

        with self.lock, torch.inference_mode():
            return self.model(torch.tensor([ids])).logits[0].double().log_softmax(-1)

    def next_row(self, ids: list[int], past: Any) -> tuple[Any, Any]:
        """Return the log-probabilities after some more tokens, and what the model keeps of all."""
        import torch

        with self.lock, torch.inference_mode():
            found = self.model(torch.tensor([ids]), past_key_values=past, use_cache=True)
            return found.logits[0, -1].double().log_softmax(-1), found.past_key_values

    def read(self, ids: list[int]) -> list[tuple[float | None, int, float, int]]:
        """Return for each token its log-probability, rank, and the best and its token."""
        rows = self.rows(ids)
        found = [(None, 0, 0.0, 0)]
        for place, token in enumerate(ids[1:], 1):
            row = rows[min(place - 1 + self.shifted, len(ids) - 1)]
            rank = int((row > row[token]).sum()) + 1
            best = int(row.argmax())
            found.append((float(row[token]), rank, float(row[best]), best))
        return found

    def write(self, ids: list[int], most: int, stop: list[str], tops: int):
        """Return greedy text, why it ends, tokens with log-probabilities, and the likeliest."""
        ends = {self.tokenizer.eos_token_id, self.model.generation_config.eos_token_id}
        written: list[int] = []
        marks = []
        finish = "length"
        past, read = None, ids
        for _ in range(most):
            row, past = self.next_row(read, past)
            values, tokens = row.topk(max(tops, 1))
            token = int(tokens[0])
            if token in ends:
                finish = "stop"
                break
            written.append(token)
            read = [token]
            best = [(self.text(int(t)), float(v)) for v, t in zip(values, tokens, strict=True)]
            marks.append((token, float(values[0]), best))
            text = self.tokenizer.decode(written, clean_up_tokenization_spaces=False)
            if any(one in text for one in stop):
                finish = "stop"
                break
        text = self.tokenizer.decode(
            written, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        for one in stop:
            text = text.partition(one)[0]
        return text, finish, marks


def stops(body: dict) -> list[str]:
    given = body.get("stop") or []
    return [given] if isinstance(given, str) else given


def usage(ids: list[int], marks: list) -> dict:
    return {"prompt_tokens": len(ids), "completion_tokens": len(marks)}


def chat(voice: Voice, body: dict) -> dict:
    text = voice.tokenizer.apply_chat_template(
        body["messages"], tokenize=False, add_generation_prompt=True
    )
    ids = voice.tokenizer(text, add_special_tokens=False)["input_ids"]
    most = body.get("max_tokens") or body.get("max_completion_tokens") or 16
    text, finish, marks = voice.write(ids, most, stops(body), body.get("top_logprobs") or 0)
    choice = {"index": 0, "message": {"role": "assistant", "content": text}}
    choice["finish_reason"] = finish
    if body.get("logprobs"):
        choice["logprobs"] = {
            "content": [
                {"token": voice.text(token), "logprob": value,
                 "top_logprobs": [{"token": t, "logprob": v} for t, v in best]}
                for token, value, best in marks
            ]
        }  # fmt: skip
    return {"choices": [choice], "usage": usage(ids, marks)}


def completions(voice: Voice, body: dict) -> dict:
    prompt = body["prompt"]
    ids = prompt if isinstance(prompt, list) else voice.ids(prompt)
    tops = body.get("logprobs") or 0
    text, finish, marks = voice.write(ids, body.get("max_tokens", 16), stops(body), tops)
    choice: dict[str, Any] = {"index": 0, "text": text, "finish_reason": finish}
    if "prompt_logprobs" in body:
        choice["prompt_logprobs"] = [
            None if value is None else
            {str(token): {"logprob": value, "rank": rank, "decoded_token": voice.text(token)}}
            for token, (value, rank, *_) in zip(ids, voice.read(ids), strict=True)
        ]  # fmt: skip
    if tops:
        tokens = [voice.text(token) for token, *_ in marks]
        values: list[Any] = [value for _, value, _ in marks]
        best: list[Any] = [dict(one) for *_, one in marks]
        if body.get("echo"):
            read = voice.read(ids)
            tokens = [voice.text(token) for token in ids] + tokens
            values = [value for value, *_ in read] + values
            best = [
                None if value is None else {voice.text(token): top} for value, _, top, token in read
            ] + best
            choice["text"] = prompt + text
        choice["logprobs"] = {"tokens": tokens, "token_logprobs": values, "top_logprobs": best}
    return {"choices": [choice], "usage": usage(ids, marks)}


def generate(voice: Voice, body: dict) -> dict:
    """Answer as SGLang where the prompt is called text, else as LMDeploy."""
    sglang = "text" in body
    settings = body.get("sampling_params", body)
    ids = body.get("input_ids") or voice.ids(body.get("text", body.get("prompt")))
    most = settings.get("max_new_tokens", settings.get("max_tokens", 16))
    text, finish, marks = voice.write(ids, most, stops(settings), 1)
    meta: dict[str, Any] = {**usage(ids, marks), "finish_reason": {"type": finish}}
    shown = (lambda token: [voice.text(token)]) if sglang else (lambda token: [])
    meta["output_token_logprobs"] = [[value, token, *shown(token)] for token, value, _ in marks]
    if body.get("logprob_start_len", -1) >= 0:
        read = list(zip(ids, voice.read(ids), strict=True))
        read = read if sglang else read[1:]
        meta["input_token_logprobs"] = [[v, token, *shown(token)] for token, (v, *_) in read]
        meta["input_top_logprobs"] = [
            None if v is None else [[top, best, *shown(best)]] for _, (v, _, top, best) in read
        ]
    return {"text": text, "output_ids": [token for token, *_ in marks], "meta_info": meta}


ROUTES = {
    "/v1/chat/completions": chat,
    "/v1/completions": completions,
    "/generate": generate,
    "/v1/encode": lambda voice, body: {"input_ids": voice.ids(body["input"])},
}


class HFServer:
    """The server on a thread of its own."""

    def __init__(self, voice: Voice, port: int = 0) -> None:
        class Page(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.send({"data": [{"id": "tiny"}]} if "models" in self.path else {})

            def do_POST(self) -> None:
                size = int(self.headers.get("content-length", 0))
                body = json.loads(self.rfile.read(size))
                if self.path not in ROUTES:
                    self.send({"error": {"message": f"no {self.path}"}}, 404)
                else:
                    self.send(ROUTES[self.path](voice, body))

            def send(self, value: dict, status: int = 200) -> None:
                data = json.dumps(value).encode()
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, *_) -> None:
                pass  # a client that hangs up is no matter

        self.http = Quiet(("127.0.0.1", port), Page)
        self.port = self.http.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self):
        threading.Thread(target=self.http.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def main() -> None:
    import torch

    torch.set_num_threads(1)
    server = HFServer(Voice(sys.argv[1]), int(sys.argv[2]))
    print(f"listening on {server.url}", flush=True)
    server.http.serve_forever()


if __name__ == "__main__":
    main()
