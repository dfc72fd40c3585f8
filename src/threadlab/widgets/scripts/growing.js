// Growing: a list that is only ever added to. The kernel sends one line, and each view adds one line.
//
// The model keeps the lines, so that a second view has them all. Lines that came before this script was there
// are asked for once. `draw(element, model)` makes the frame of a view and gives back what it can do:
//   add(line, place), grow(text, place), put(line, place), now(words), clear().

const growing = draw => () => {
  let lines = [];
  let now = "";
  let asking = false;
  const views = new Set();

  const everything = log => {
    asking = false;
    lines = log.lines.map(line => ({ ...line }));
    now = log.now;
    for (const view of views) fill(view);
  };
  const fill = view => {
    view.clear();
    lines.forEach((line, place) => view.add(line, place));
    view.now(now);
  };
  const ask = model => {
    if (!asking) model.send({ has: lines.length });
    asking = true;
  };
  const hear = (model, told) => {
    if (told.all) return everything(told.all);
    if (told.now !== undefined) {
      now = told.now;
      return views.forEach(view => view.now(now));
    }
    const place = told.at;
    if (place === undefined) return views.forEach(view => view.hear?.(told));
    if (told.add) {
      if (place < lines.length) return;
      if (place > lines.length) return ask(model);
      lines.push(told.add);
      views.forEach(view => view.add(told.add, place));
    } else if (place >= lines.length) {
      ask(model);
    } else if (told.put) {
      lines[place] = told.put;
      views.forEach(view => view.put(told.put, place));
    } else if (told.more) {
      const line = lines[place];
      if (line.text.length !== told.from) return ask(model);
      line.text += told.more;
      views.forEach(view => view.grow(told.more, place));
    }
  };

  return {
    initialize({ model }) {
      everything(model.get("log"));
      model.on("change:log", () => everything(model.get("log")));
      model.on("msg:custom", told => hear(model, told));
      ask(model);
    },
    render({ model, el }) {
      const view = draw(el, model);
      fill(view);
      views.add(view);
      return () => views.delete(view);
    },
  };
};
