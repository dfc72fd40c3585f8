// Chat: a conversation, the user on the right, agents on the left, growing as it goes on.

const asking = model => {
  const form = element("form", "tl-part tl-ask");
  const words = element("input", "tl-input", "", { type: "text", "aria-label": "your message", placeholder: "Say something …" });
  const send = element("button", "tl-button", "Ask", { type: "submit" });
  form.append(words, send);
  keepsKeys(form);
  form.onsubmit = event => {
    event.preventDefault();
    if (!words.value.trim()) return;
    model.send({ say: words.value });
    words.value = "";
  };
  return form;
};

export default growing((el, model) => {
  const card = element("section", "tl tl-card", "", { "aria-label": "conversation" });
  const scroller = element("div", "tl-part tl-growing", "", { role: "log", tabindex: "0", "aria-label": "messages" });
  const empty = element("p", "tl-dim", "No message yet.");
  const status = element("p", "tl-part tl-dim tl-now", "", { role: "status" });
  keepsKeys(scroller);
  card.append(scroller, status);
  if (model.get("asks")) card.append(asking(model));
  el.append(card);
  const toEnd = followsEnd(scroller);
  const list = inBlocks(scroller, "ol", "tl-chat");

  const who = line => {
    const made = element("div", "tl-who");
    made.append(element("strong", "", line.role));
    if (line.id) made.append(" ", idElement(line.id));
    if (line.run) made.append(" by ", idElement(line.run));
    return made;
  };
  const item = line => {
    const made = element("li", line.role === "user" ? "tl-user" : "tl-agent");
    made.append(who(line), element("div", "tl-said", line.text));
    return made;
  };

  return {
    add(line) {
      empty.remove();
      list.add(item(line));
      toEnd();
    },
    put(line, place) {
      list.put(item(line), place);
      toEnd();
    },
    grow(text, place) {
      list.items()[place].lastChild.append(text);
      toEnd();
    },
    now(words) {
      status.textContent = words;
    },
    clear() {
      list.clear();
      scroller.append(empty);
    },
  };
});
