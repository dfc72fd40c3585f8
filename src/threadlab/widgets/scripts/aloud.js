// Aloud: words that a screen reader says when they change. The element stays, or nothing would be said.

export default {
  render({ model, el }) {
    const said = document.createElement("p");
    said.className = "tl-aloud";
    said.setAttribute("role", "status");
    said.setAttribute("aria-live", "polite");
    el.append(said);
    const draw = () => { said.textContent = model.get("words"); };
    draw();
    model.on("change:words", draw);
    return () => model.off("change:words", draw);
  },
};
