// Map: the objects as a tree, and beside it the one that is chosen: its JSON, and the request that made it.
// Arrow keys move, Home and End jump, Enter reads the object's JSON from the top.

export default {
  render({ model, el }) {
    const card = element("section", "tl tl-card", "", { "aria-label": "map of objects" });
    const sides = element("div", "tl-part tl-sides");
    const tree = element("div", "tl-tree", "", { role: "tree", "aria-label": "objects" });
    const panel = element("div", "tl-panel-side", "", { tabindex: "0", role: "region", "aria-label": "the chosen object" });
    sides.append(tree, panel);
    card.append(keepsKeys(sides));
    el.append(card);

    let rows = [];
    let chosen = "";

    const text = (title, value) => (value ? [element("h4", "", title), element("pre", "tl-json", value)] : []);
    const look = row => {
      const box = row.box;
      const head = element("header", "tl-head");
      head.append(element("strong", "", box.kind), " ", element("code", "tl-id", box.id));
      panel.replaceChildren(head, element("p", "", box.says), element("p", "tl-dim", box.holds),
        element("p", "tl-dim", box.origin), ...text("the request that made it", box.request),
        ...text("as it was last seen", box.json));
    };
    const choose = (row, focus = true) => {
      chosen = row.box.id;
      for (const other of rows) {
        other.item.setAttribute("aria-selected", String(other === row));
        other.item.tabIndex = other === row ? 0 : -1;
      }
      if (focus) row.item.focus();
      look(row);
    };
    const step = (row, by) => {
      const next = rows[rows.indexOf(row) + by];
      if (next) choose(next);
    };
    const keys = {
      ArrowDown: row => step(row, 1),
      ArrowUp: row => step(row, -1),
      ArrowRight: row => { const next = rows[rows.indexOf(row) + 1]; if (next?.level > row.level) choose(next); },
      ArrowLeft: row => {
        const above = rows.slice(0, rows.indexOf(row)).reverse().find(one => one.level < row.level);
        if (above) choose(above);
      },
      Home: () => choose(rows[0]),
      End: () => choose(rows.at(-1)),
      Enter: () => { panel.scrollTop = 0; panel.focus(); },
    };
    const add = (box, level) => {
      const item = element("div", box.deleted ? "tl-item tl-gone" : "tl-item", "",
        { role: "treeitem", "aria-level": String(level), "aria-selected": "false" });
      item.style.paddingLeft = `${(level - 1) * 18 + 8}px`;
      const line = element("span", "tl-item-head");
      line.append(element("span", "tl-kind", box.kind), " ", idElement(box.id));
      if (box.deleted) line.append(" ", element("span", "tl-dim", "deleted"));
      item.append(line, element("span", "tl-dim tl-item-says", box.says || box.holds));
      const row = { item, box, level };
      item.onclick = () => choose(row);
      item.onkeydown = event => {
        if (!keys[event.key]) return;
        event.preventDefault();
        event.stopPropagation();
        keys[event.key](row);
      };
      rows.push(row);
      tree.append(item);
      box.held.forEach(held => add(held, level + 1));
    };
    const draw = () => {
      rows = [];
      tree.replaceChildren();
      for (const box of model.get("boxes")) add(box, 1);
      const row = rows.find(one => one.box.id === chosen) ?? rows[0];
      if (row) choose(row, false);
      else panel.replaceChildren(element("p", "tl-dim", "No object yet: it appears here when a request has brought it."));
    };
    draw();
    model.on("change:boxes", draw);
    return () => model.off("change:boxes", draw);
  },
};
