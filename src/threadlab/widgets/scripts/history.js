// History: the tree of user runs. One that is picked can be made again, two are set side by side: by the kernel.
// Arrow keys move, Home and End jump, Enter or Space picks; a third pick lets go of the first.

export default {
  render({ model, el }) {
    const SVG = "http://www.w3.org/2000/svg";
    const tree = element("div", "tl-part tl-history", "", { role: "listbox", "aria-multiselectable": "true", "aria-label": "user runs" });
    el.append(keepsKeys(tree));
    let options = [];

    const drawn = (name, attributes) => {
      const made = document.createElementNS(SVG, name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      return made;
    };
    const pick = id => {
      const before = model.get("picked");
      const after = before.includes(id) ? before.filter(one => one !== id) : [...before, id].slice(-2);
      model.set("picked", after); // seen at once; the kernel hears it by message, which waits for no cell
      model.send({ pick: after });
      mark();
    };
    const focus = place => {
      const option = options[Math.min(Math.max(place, 0), options.length - 1)];
      if (!option) return;
      options.forEach(one => { one.tabIndex = one === option ? 0 : -1; });
      option.focus();
    };
    const keys = {
      ArrowDown: place => focus(place + 1),
      ArrowUp: place => focus(place - 1),
      Home: () => focus(0),
      End: () => focus(options.length - 1),
      Enter: place => pick(options[place].dataset.id),
      " ": place => pick(options[place].dataset.id),
    };
    const mark = () => {
      const picked = model.get("picked");
      for (const option of options) {
        const place = picked.indexOf(option.dataset.id);
        option.setAttribute("aria-selected", String(place >= 0));
        option.querySelector(".tl-picked").textContent = place >= 0 ? "ab"[place] : "";
      }
    };
    const line = (row, place) => {
      const option = element("div", `tl-history-row tl-${row.style}`, "", { role: "option", "data-id": row.id });
      option.tabIndex = place ? -1 : 0;
      const first = element("div", "tl-row");
      first.append(element("span", "tl-mark", row.sign, { title: row.word }), element("span", "tl-history-input", row.input));
      for (const head of row.heads) first.append(element("span", "tl-pill tl-live", head));
      if (row.mark) first.append(element("span", `tl-pill tl-${row.markStyle}`, row.mark, { title: row.why }));
      first.append(element("strong", "tl-picked"));
      const second = element("div", "tl-row tl-dim");
      second.append(element("code", "tl-id", row.id), element("span", "", row.says));
      option.append(first, second);
      option.onclick = () => { focus(place); pick(row.id); };
      option.onkeydown = event => {
        if (!keys[event.key]) return;
        event.preventDefault();
        keys[event.key](place);
      };
      return option;
    };
    const draw = () => {
      const rows = model.get("rows");
      const here = options.find(one => one.tabIndex === 0)?.dataset.id;
      const hadFocus = tree.contains(document.activeElement);
      const svg = drawn("svg", { width: model.get("width"), height: model.get("row") * rows.length, "aria-hidden": "true" });
      for (const edge of model.get("edges")) svg.append(drawn("path", { d: edge }));
      for (const row of rows) svg.append(drawn("circle", { class: `tl-${row.style}`, cx: row.x, cy: row.y, r: 5 }));
      const list = element("div", "tl-history-rows");
      options = rows.map(line);
      list.append(...options);
      tree.replaceChildren(svg, list);
      const place = Math.max(options.findIndex(one => one.dataset.id === here), 0);
      options.forEach((one, at) => { one.tabIndex = at === place ? 0 : -1; });
      if (hadFocus) options[place]?.focus();
      mark();
    };
    draw();
    model.on("change:rows", draw);
    model.on("change:picked", mark);
    return () => {
      model.off("change:rows", draw);
      model.off("change:picked", mark);
    };
  },
};
