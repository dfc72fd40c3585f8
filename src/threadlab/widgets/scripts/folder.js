// Folder: a run's folder as a tree that grows. A component's folder can be chosen, and the kernel says more about it.
// Arrow keys move, Home and End jump, Enter or Space chooses. A slider's past is shown instead of the present.

export default growing((el, model) => {
  const tree = element("div", "tl-part tl-folder", "", { role: "tree", "aria-label": "files of the run" });
  el.append(keepsKeys(tree));
  let present = [];
  let past = null;
  let items = [];
  let chosen = model.get("chosen");

  const visible = () => items.filter(item => item.dataset.unit);
  const focus = item => {
    if (!item) return;
    items.forEach(one => { one.tabIndex = -1; });
    item.tabIndex = 0;
    item.focus();
  };
  const choose = item => {
    if (!item.dataset.unit) return;
    model.set("chosen", item.dataset.unit); // seen at once; the kernel hears it by message, which waits for no cell
    model.send({ choose: item.dataset.unit });
  };
  const mark = () => {
    chosen = model.get("chosen");
    items.forEach(item => item.dataset.unit && item.setAttribute("aria-selected", String(item.dataset.unit === chosen)));
  };
  model.on("change:chosen", mark);
  const keys = {
    ArrowDown: item => focus(visible()[visible().indexOf(item) + 1]),
    ArrowUp: item => focus(visible()[visible().indexOf(item) - 1]),
    Home: () => focus(visible()[0]),
    End: () => focus(visible().at(-1)),
    Enter: choose,
    " ": choose,
  };
  const made = row => {
    const depth = row.path.split("/").length;
    const item = element("div", `tl-folder-row${row.style ? ` tl-${row.style}` : ""}`, "", { role: "treeitem", "aria-level": depth, "data-path": row.path });
    item.style.paddingInlineStart = `${(depth - 1) * 18 + 8}px`;
    if (row.sign) item.append(element("span", "tl-mark", row.sign, { title: row.word }), " ");
    item.append(element("code", "tl-name", row.folder ? `${row.name}/` : row.name), " ", element("span", "tl-dim", row.says));
    if (row.unit) {
      item.dataset.unit = row.unit;
      item.tabIndex = -1;
      item.setAttribute("aria-selected", String(row.unit === chosen));
      item.onclick = () => { focus(item); choose(item); };
      item.onkeydown = event => {
        if (!keys[event.key]) return;
        event.preventDefault();
        keys[event.key](item);
      };
    }
    return item;
  };
  // behind the last thing that lies in the same folder, or behind the folder itself
  const placeFor = path => {
    const folder = path.split("/").slice(0, -1).join("/");
    if (!folder) return items.length;
    let place = items.findIndex(item => item.dataset.path === folder);
    while (place + 1 < items.length && items[place + 1].dataset.path.startsWith(`${folder}/`)) place += 1;
    return place + 1;
  };
  const fresh = item => {
    items.forEach(one => one.classList.remove("tl-fresh"));
    item.classList.add("tl-fresh");
  };
  const insert = row => {
    const item = made(row);
    const place = placeFor(row.path);
    tree.insertBefore(item, items[place] ?? null);
    items.splice(place, 0, item);
    if (row.unit && !items.some(one => one.tabIndex === 0)) item.tabIndex = 0;
    if (row.path !== "events.jsonl") fresh(item);
  };
  const draw = rows => {
    items = [];
    tree.replaceChildren();
    rows.forEach(insert);
    if (rows.every(row => !row.fresh)) items.forEach(one => one.classList.remove("tl-fresh"));
  };

  return {
    add(row, place) {
      present[place] = row;
      if (!past) insert(row);
    },
    put(row, place) {
      present[place] = row;
      if (past) return;
      const old = items.findIndex(item => item.dataset.path === row.path);
      const item = made(row);
      const hadFocus = items[old] === document.activeElement;
      item.tabIndex = row.unit ? items[old].tabIndex : item.tabIndex;
      items[old].replaceWith(item);
      items[old] = item;
      if (hadFocus) item.focus();
      if (row.path !== "events.jsonl") fresh(item);
    },
    grow() {},
    now() {},
    clear() {
      present = [];
      past = null;
      draw([]);
    },
    hear(told) {
      if (told.past === undefined) return;
      past = told.past;
      draw(past ?? present);
    },
  };
});
