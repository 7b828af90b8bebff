// Lets readers turn the latents of one run. An element of class `explorer` holds a static figure
// and the data of a scene; the drawing and its controls take the place of the figure.
"use strict";

(() => {
  const { decode, anchored, shownAxes, arrange, reproduction } = explorerScene;
  const { hexToRgb, css, subscript, momentName, colorName } = explorerScene;
  const { makePlot, drawFrame, drawDots, tint, nearest } = explorerPlot;
  const STEP = Math.PI / 36; // radians that a key press turns
  const FRONT = { yaw: Math.PI / 6, pitch: Math.PI / 9 };
  const DRAG = 0.008; // radians a pixel
  const STILL = 4; // pixels that a tap may move
  const GLIDE = 500; // milliseconds from one arrangement to the next

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  // The controls

  function choice(label, options, onchange) {
    const select = element("select", {}, ...options);
    select.addEventListener("change", () => onchange(select.value));
    const field = element("label", { class: "field" }, element("span", {}, label), select);
    return { select, field };
  }

  function variantField(scene, change, index) {
    const group = `explorer-${index}`;
    const radios = Object.keys(scene.clouds).map((name) => {
      const radio = element("input", { type: "radio", name: group, value: name });
      radio.checked = name === "baseline";
      radio.addEventListener("change", () => change({ variant: name }));
      return element("label", {}, radio, ` ${name}`);
    });
    return element("fieldset", {}, element("legend", {}, "Model"), ...radios);
  }

  function momentField(scene, change) {
    const last = scene.steps.length - 1;
    const slider = element("input", { type: "range", min: 0, max: last, step: 1, value: last });
    const shown = element("span", { "aria-hidden": "true" });
    const tell = () => {
      const name = momentName(scene, Number(slider.value));
      slider.setAttribute("aria-valuetext", name);
      shown.textContent = `: ${name}`;
    };
    slider.addEventListener("input", () => (tell(), change({ moment: Number(slider.value) })));
    tell();
    return element("label", { class: "field" }, element("span", {}, "Training", shown), slider);
  }

  function colorField(scene, choose) {
    const option = (color, point) => element("option", { value: point }, colorName(scene, point));
    const all = scene.colors.map(option);
    const named = element("optgroup", { label: "named" }, ...all.slice(0, scene.names.length));
    const grid = element("optgroup", { label: "grid" }, ...all.slice(scene.names.length));
    return choice("Colour", [named, grid], (value) => choose(Number(value)));
  }

  function directionField(scene, label, change, key) {
    const options = scene.spread.map((share, i) => {
      const text = `${subscript(`p${i + 1}`)}, ${Math.round(100 * share)} % of the spread`;
      return element("option", { value: `p${i + 1}` }, text);
    });
    return choice(label, options, (value) => change({ [key]: value }));
  }

  function turnField(turn, reset) {
    const button = (sign, label, act) => {
      const made = element("button", { type: "button", "aria-label": label, title: label }, sign);
      made.addEventListener("click", act);
      return made;
    };
    const buttons = [
      button("←", "turn left", () => turn(-3 * STEP, 0)),
      button("→", "turn right", () => turn(3 * STEP, 0)),
      button("↑", "tilt up", () => turn(0, -3 * STEP)),
      button("↓", "tilt down", () => turn(0, 3 * STEP)),
      button("reset", "reset the view", reset),
    ];
    const attributes = { class: "turn", role: "group", "aria-label": "Turn the sphere" };
    return element("div", attributes, ...buttons);
  }

  function noteText(scene, view) {
    const { axes } = scene.clouds[view.variant];
    const up = subscript(shownAxes({ axes }, view)[1]);
    if (!anchored(axes)) {
      return `The anchored axis is cut out. Of the ${axes.length} dimensions left, up is ${up}.`;
    }
    const rest = view.variant === "ablated" ? " Nothing stands on it any more." : "";
    return `Up is ${up}, the anchored axis.${rest}`;
  }

  function readOut(scene, view) {
    const { rgb, error } = reproduction(scene, view, view.color);
    const own = hexToRgb(scene.colors[view.color]);
    const patch = (color) =>
      element("span", { class: "patch", style: `background: ${css(color)}` });
    return [
      element("strong", {}, colorName(scene, view.color)), element("br"),
      patch(own), `RGB ${own.join(", ")}`, element("br"),
      patch(rgb), `reproduced as ${rgb.join(", ")}`, element("br"),
      error === 0 ? "error below 0.0001" : `error ${error.toFixed(4)}`, // it is rounded
    ];
  }

  function listen(svg, turn, pick) {
    const keys = {
      ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP],
    };
    svg.addEventListener("keydown", (event) => {
      if (!keys[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      turn(...keys[event.key]);
    });
    let pressed = null;
    svg.addEventListener("pointerdown", (event) => {
      pressed = { x: event.clientX, y: event.clientY, moved: 0 };
      svg.setPointerCapture(event.pointerId);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!pressed) return;
      const [x, y] = [event.clientX - pressed.x, event.clientY - pressed.y];
      const moved = pressed.moved + Math.abs(x) + Math.abs(y);
      pressed = { x: event.clientX, y: event.clientY, moved };
      const upward = event.pointerType === "touch" ? 0 : y; // a finger that goes up scrolls
      if (moved > STILL) turn(x * DRAG, upward * DRAG);
    });
    svg.addEventListener("pointerup", (event) => {
      if (pressed && pressed.moved <= STILL) pick(event);
      pressed = null;
    });
    svg.addEventListener("pointercancel", () => (pressed = null));
  }

  // Moves from what was shown to what is to be shown, at once for readers who want no motion.
  function glider(show) {
    let shown = null;
    let frame = 0;
    return (target) => {
      const from = shown ?? target;
      const started = performance.now();
      const still = shown === null || matchMedia("(prefers-reduced-motion: reduce)").matches;
      const tick = (now) => {
        const part = still ? 1 : Math.min(1, Math.max(0, now - started) / GLIDE);
        const ease = part * part * (3 - 2 * part);
        shown = target.map((point, i) =>
          point.map((value, axis) => from[i][axis] + ease * (value - from[i][axis])));
        show(shown);
        if (part < 1) frame = requestAnimationFrame(tick);
      };
      cancelAnimationFrame(frame);
      tick(started);
    };
  }

  function start(root, index) {
    const data = root.querySelector('script[type="application/json"]').textContent;
    const scene = decode(JSON.parse(data));
    const view = {
      variant: "baseline", moment: scene.steps.length - 1, color: scene.start,
      first: "p1", second: "p2", ...FRONT,
    };
    const plot = makePlot(scene);
    const readout = element("p", { class: "readout", role: "status" });
    const note = element("p", { class: "note" });
    let points = [];

    const draw = () => {
      drawFrame(plot, view, shownAxes(scene.clouds[view.variant], view));
      drawDots(plot, view, points, scene);
    };
    const glide = glider((shown) => { points = shown; draw(); });

    const choose = (color) => {
      view.color = color;
      colors.select.value = color;
      readout.replaceChildren(...readOut(scene, view));
      draw();
    };
    const update = () => {
      tint(plot, view, scene);
      readout.replaceChildren(...readOut(scene, view));
      note.textContent = noteText(scene, view);
      colors.select.value = view.color;
      first.select.value = view.first;
      second.select.value = view.second;
      glide(arrange(scene, view));
    };
    const change = (changes) => {
      const before = { ...view };
      Object.assign(view, changes);
      // Two directions that would become one change places.
      if (changes.first === before.second) view.second = before.first;
      if (changes.second === before.first) view.first = before.second;
      update();
    };
    const turn = (sideways, upward) => {
      view.yaw += sideways;
      view.pitch = Math.max(-Math.PI / 2, Math.min(Math.PI / 2, view.pitch + upward));
      draw();
    };
    const reset = () => { Object.assign(view, FRONT); draw(); };
    const pick = (event) => {
      const color = nearest(plot, view, points, event);
      if (color !== null && color !== view.color) choose(color);
    };

    const colors = colorField(scene, choose);
    const first = directionField(scene, "First direction", change, "first");
    const second = directionField(scene, "Second direction", change, "second");
    listen(plot.svg, turn, pick);
    const panel = element("div", { class: "panel" },
      variantField(scene, change, index), note, momentField(scene, change), colors.field, readout,
      first.field, second.field);
    const sphere = element("div", { class: "sphere" }, plot.svg, turnField(turn, reset));
    update();
    root.replaceChildren(sphere, panel);
    root.classList.add("ready");
    withoutPreview(root);
  }

  // Quarto shows copies of what links lead to, which here would be one that does nothing.
  function withoutPreview(root) {
    const place = root.closest("[id]")?.id;
    const links = place ? document.querySelectorAll(`a.quarto-xref[href="#${place}"]`) : [];
    links.forEach((link) => link.classList.remove("quarto-xref"));
  }

  document.querySelectorAll(".explorer").forEach(start);
})();
