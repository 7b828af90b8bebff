// The drawing of an explorer: a sphere with its equator and axes, a dot for each colour, and a ring
// around the chosen one.
"use strict";

const explorerPlot = (() => {
  const { reproduction, css, subscript, colorName } = explorerScene;
  const RADII = { named: 0.036, other: 0.022 };
  const REACH = 0.1; // how far a point may be from the pointer, in radii of the sphere

  // Geometry: parallel projection, turned about the upward axis and then tilted.

  function project([across, up, near], { yaw, pitch }) {
    const x = across * Math.cos(yaw) + near * Math.sin(yaw);
    const front = near * Math.cos(yaw) - across * Math.sin(yaw);
    const y = up * Math.cos(pitch) - front * Math.sin(pitch);
    return { x, y: -y, depth: up * Math.sin(pitch) + front * Math.cos(pitch) };
  }

  const equator = Array.from({ length: 73 }, (_, i) => (i * Math.PI) / 36).map((angle) => [
    Math.cos(angle), 0, Math.sin(angle),
  ]);

  function shape(name, attributes = {}) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  }

  function place(made, attributes) {
    Object.entries(attributes).forEach(([key, value]) =>
      made.setAttribute(key, typeof value === "number" ? value.toFixed(4) : value));
  }

  function makePlot(scene) {
    const svg = shape("svg", {
      viewBox: "-1.22 -1.22 2.44 2.44", role: "application", tabindex: "0",
      "aria-label": "Latents on the unit sphere. Arrow keys turn and tilt it.",
    });
    const axes = [0, 1, 2].map(() => [shape("line", { class: "line" }), shape("text")]);
    const ring = shape("path", { class: "line" });
    const dots = scene.colors.map((color, point) =>
      shape("circle", { fill: color, "data-point": point }));
    const layer = shape("g");
    const mark = shape("circle", { class: "mark", r: "0.055" });
    const name = shape("text", { class: "name" });
    svg.append(shape("circle", { class: "ball", r: "1" }), ring, ...axes.map(([line]) => line));
    svg.append(layer, ...axes.map(([, text]) => text), mark, name);
    return { svg, axes, ring, dots, layer, mark, name };
  }

  function drawFrame(plot, view, names) {
    const corners = equator.map((point) => project(point, view));
    const path = corners.map(({ x, y }) => `${x.toFixed(4)} ${y.toFixed(4)}`).join("L");
    place(plot.ring, { d: `M${path}Z` });
    plot.axes.forEach(([line, text], axis) => {
      const end = project([0, 1, 2].map((i) => Number(i === axis)), view);
      place(line, { x1: -end.x, y1: -end.y, x2: end.x, y2: end.y });
      place(text, { x: 1.12 * end.x, y: 1.12 * end.y });
      text.textContent = subscript(names[axis]);
    });
  }

  function drawDots(plot, view, points, scene) {
    const placed = points.map((point, i) => ({ ...project(point, view), i, dot: plot.dots[i] }));
    for (const { dot, x, y, depth, i } of placed) {
      const radius = i < scene.names.length ? RADII.named : RADII.other;
      place(dot, { cx: x, cy: y, r: radius * (0.85 + 0.15 * depth) });
    }
    plot.layer.append(...[...placed].sort((a, b) => a.depth - b.depth).map(({ dot }) => dot));
    const { x, y } = placed[view.color];
    place(plot.mark, { cx: x, cy: y });
    plot.name.textContent = colorName(scene, view.color);
    const side = x < 0.5 ? 1 : -1; // where there is room for the name
    const anchor = `text-anchor: ${side > 0 ? "start" : "end"}`;
    place(plot.name, { x: x + side * 0.09, y, style: anchor });
  }

  // A dot is filled with its colour and rimmed with what the model makes of it.
  function tint(plot, view, scene) {
    plot.dots.forEach((dot, i) => {
      const width = i < scene.names.length ? RADII.named : RADII.other;
      place(dot, { stroke: css(reproduction(scene, view, i).rgb), "stroke-width": width * 0.9 });
    });
  }

  function nearest(plot, view, points, event) {
    const box = plot.svg.getBoundingClientRect();
    const scale = plot.svg.viewBox.baseVal.width / box.width;
    const x = (event.clientX - box.left - box.width / 2) * scale;
    const y = (event.clientY - box.top - box.height / 2) * scale;
    // Of two dots that overlap, the one in front.
    const away = (spot) => Math.hypot(spot.x - x, spot.y - y) - 0.02 * spot.depth;
    const spots = points.map((point, i) => ({ ...project(point, view), i }));
    const best = spots.reduce((a, b) => (away(b) < away(a) ? b : a));
    return Math.hypot(best.x - x, best.y - y) < REACH ? best.i : null;
  }

  return { makePlot, drawFrame, drawDots, tint, nearest };
})();
