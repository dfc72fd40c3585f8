// Wire: the requests of a lab, one line each, growing; a body is fetched from the kernel when it is asked for.

export default growing((el, model) => {
  const card = element("section", "tl tl-card tl-panel", "", { "aria-label": "the wire" });
  const head = element("header", "tl-part tl-head");
  const count = element("span", "tl-dim");
  head.append(element("strong", "", "the wire"), " ", count);
  const bar = element("div", "tl-part tl-filter");
  const scroller = element("div", "tl-part tl-growing", "", { tabindex: "0", role: "group", "aria-label": "requests" });
  const all = element("div", "tl-wire tl-all");
  const list = inBlocks(all, "div", "tl-block");
  const note = element("p", "tl-part tl-dim", model.get("secrets"));
  scroller.append(all);
  keepsKeys(card);
  card.append(head, bar, scroller, note);
  el.append(card);
  const toEnd = followsEnd(scroller);

  const chosen = { run: "", thread: "", kind: "", trouble: false };
  const choices = {};
  const rows = [];
  const bodies = new Map();

  const choice = (name, all) => {
    const label = element("label", "tl-dim", `${name} `);
    const select = element("select", "tl-select", "", { "aria-label": name });
    select.append(new Option(all, ""));
    select.onchange = () => { chosen[name] = select.value; filter(); };
    label.append(select);
    bar.append(label);
    choices[name] = { select, known: new Set() };
  };
  choice("run", "all");
  choice("thread", "all");
  choice("kind", "all");
  const label = element("label", "tl-dim");
  const only = element("input", "", "", { type: "checkbox" });
  only.onchange = () => { chosen.trouble = only.checked; filter(); };
  label.append(only, " only what went wrong");
  bar.append(label);

  const offer = (name, value) => {
    const { select, known } = choices[name];
    if (!value || known.has(value)) return;
    known.add(value);
    select.append(new Option(shortId(value), value));
  };
  const fits = line =>
    (!chosen.run || line.run === chosen.run) && (!chosen.thread || line.thread === chosen.thread) &&
    (!chosen.kind || line.kind === chosen.kind) && (!chosen.trouble || Boolean(line.trouble));
  const tally = () => {
    const shown = rows.filter(row => !row.element.hidden).length;
    const wrong = rows.filter(row => row.line.trouble).length;
    count.textContent = `${rows.length} requests${shown < rows.length ? `, ${shown} shown` : ""} · ${wrong} went wrong`;
  };
  let due = false;
  const tallySoon = () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => { due = false; tally(); });
  };
  const filter = () => {
    for (const row of rows) row.element.hidden = !fits(row.line);
    tally();
  };

  const opened = (row, line) => {
    const told = bodies.get(line.n);
    if (!told) return model.send({ body: line.n });
    row.querySelectorAll(":scope > :not(summary)").forEach(old => old.remove());
    row.append(element("p", "tl-dim", told.words));
    if (line.trouble) row.append(element("p", "tl-bad-text", line.trouble));
    for (const name of ["request", "response"]) {
      if (told[name]) row.append(element("div", "tl-label", name), element("pre", "tl-json", told[name]));
    }
  };
  const drawn = line => {
    const row = element("details", line.trouble ? "tl-request tl-trouble" : "tl-request");
    const summary = element("summary");
    const outcome = element("span", line.trouble ? "tl-outcome tl-bad-text" : "tl-outcome",
      `${line.attempt > 1 ? `attempt ${line.attempt} · ` : ""}${line.outcome}`);
    summary.append(element("span", "tl-num", String(line.n)), element("span", "tl-time", line.at),
      element("span", "tl-method", line.method), element("span", "tl-path", shortId(line.path), { title: line.path }), outcome);
    row.append(summary);
    row.ontoggle = () => { if (row.open) opened(row, line); };
    row.hidden = !fits(line);
    offer("run", line.run);
    offer("thread", line.thread);
    offer("kind", line.kind);
    return row;
  };

  return {
    add(line) {
      const row = drawn(line);
      rows.push({ element: row, line });
      list.add(row);
      tallySoon();
      toEnd();
    },
    put(line, place) {
      const row = drawn(line);
      bodies.delete(line.n);
      list.put(row, place);
      rows[place] = { element: row, line };
      tallySoon();
    },
    hear(told) {
      if (!told.body) return;
      bodies.set(told.body, told);
      const row = rows.find(one => one.line.n === told.body);
      if (row?.element.open) opened(row.element, row.line);
    },
    now() {},
    grow() {},
    clear() {
      rows.length = 0;
      list.clear();
      tally();
    },
  };
});
