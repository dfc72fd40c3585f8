"""Bare page: a live view of threadlab in headless Chromium, without a kernel and without JupyterLab."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from threadlab.widgets.drawing.growing import sheet

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))),
    None,
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]

MODEL = """state => {
  const heard = {};
  window.said = [];
  return {
    get: name => state[name],
    set: (name, value) => { state[name] = value; for (const hear of heard[`change:${name}`] ?? []) hear(); },
    save_changes() {},
    send: content => window.said.push(content),
    on: (name, hear) => (heard[name] ??= []).push(hear),
    off() {},
    tell: content => (heard["msg:custom"] ?? []).forEach(hear => hear(content)),
  };
}"""
OPEN = """async ({script, state}) => {
  const url = URL.createObjectURL(new Blob([script], {type: "text/javascript"}));
  const module = await import(url);
  window.widget = typeof module.default === "function" ? module.default() : module.default;
  window.model = (MODEL)(state);
  window.widget.initialize?.({model: window.model});
  window.show = () => {
    const el = document.body.appendChild(document.createElement("div"));
    window.widget.render({model: window.model, el});
    return el;
  };
  window.show();
}""".replace("MODEL", MODEL)


@contextmanager
def bare_page() -> Iterator[Any]:
    """A page with our style sheet alone."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1000, "height": 800})
        page.set_content(f"<!doctype html><style>{sheet()}</style><body></body>")
        yield page
        browser.close()


def open_view(page: Any, script: str, state: dict[str, Any]) -> None:
    """Show a view of the widget with that script; `show()` on the page opens another."""
    page.evaluate(OPEN, {"script": script, "state": json.loads(json.dumps(state))})
