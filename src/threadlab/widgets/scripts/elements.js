// Elements: the page's parts, made by hand. Text goes in as text: nothing that anybody wrote is ever read as HTML.

const element = (name, className = "", text = "", attributes = {}) => {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

const shortId = text => text.replace(/\b([a-z]+_)([A-Za-z0-9-]{9,})/g, (_, kind, rest) => `${kind}${rest.slice(0, 6)}…`);

const idElement = identity => element("code", "tl-id", shortId(identity), { title: identity });

// Keys that are pressed here are meant for what is here: a letter is no command to JupyterLab's notebook.
const keepsKeys = made => {
  made.setAttribute("data-lm-suppress-shortcuts", "true");
  made.addEventListener("keydown", event => {
    if (!event.ctrlKey && !event.metaKey) event.stopPropagation();
  });
  return made;
};

// Whoever reads at the end stays at the end; whoever scrolled up is left in peace.
const followsEnd = scroller => {
  let atEnd = true;
  scroller.addEventListener("scroll", () => {
    atEnd = scroller.scrollTop + scroller.clientHeight > scroller.scrollHeight - 24;
  }, { passive: true });
  let asked = false;
  return () => {
    if (!atEnd || asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      scroller.scrollTop = scroller.scrollHeight;
    });
  };
};

// A long list in blocks of fifty: an addition lays out its own block and not the thousand lines before it.
const inBlocks = (parent, name, className) => {
  let items = [];
  let block = null;
  return {
    items: () => items,
    add(item) {
      if (items.length % 50 === 0) parent.append(block = element(name, className));
      items.push(item);
      block.append(item);
    },
    put(item, place) {
      items[place].replaceWith(item);
      items[place] = item;
    },
    clear() {
      items = [];
      parent.replaceChildren();
    },
  };
};
