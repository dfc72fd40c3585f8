// Slider: the browser's own, so that its name and its value can be heard, and the arrow keys move it.

export default {
  render({ model, el }) {
    const label = document.createElement("label");
    label.className = "tl-slider";
    const name = document.createElement("span");
    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = "0";
    const words = document.createElement("span");
    words.className = "tl-slider-words";
    words.setAttribute("aria-hidden", "true");
    label.append(name, slider, words);
    slider.onkeydown = event => event.stopPropagation(); // or JupyterLab would take the arrow keys
    el.append(label);

    const draw = () => {
      name.textContent = model.get("name");
      slider.max = String(model.get("maximum"));
      slider.value = String(model.get("value"));
      slider.setAttribute("aria-label", model.get("name"));
      slider.setAttribute("aria-valuetext", model.get("words"));
      words.textContent = model.get("beside") ? model.get("words") : "";
    };
    slider.oninput = () => model.send({ to: Number(slider.value) }); // state would wait for the cell's end
    draw();
    model.on("change", draw);
    return () => model.off("change", draw);
  },
};
