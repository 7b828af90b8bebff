// What pages of either renderer do: contents that fold and follow, figures at the size of the
// window, figures and tables to keep.
"use strict";

(() => {
  const WIDE = matchMedia("(min-width: 75rem)"); // from here on, contents stand beside the text
  const FLOATS = "figure.fig, figure.tbl, figure.quarto-float-fig, figure.quarto-float-tbl";

  function element(name, attributes = {}, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  function button(label, about, act) {
    const made = element("button", { type: "button", "aria-label": `${label}: ${about}` }, label);
    made.addEventListener("click", act);
    return made;
  }

  // Contents

  // Quarto has contents for wide windows alone.
  function contents() {
    const sidebar = document.querySelector("nav#TOC > ul");
    if (!sidebar) return document.querySelector(".contents details");
    const list = sidebar.cloneNode(true);
    [list, ...list.querySelectorAll("*")].forEach((part) => {
      part.removeAttribute("id");
      part.removeAttribute("class");
    });
    const folded = element("details", {}, element("summary", {}, "Contents"), list);
    const place = element("nav", { class: "contents narrow", "aria-label": "Contents" }, folded);
    document.querySelector("header").after(place);
    return null;
  }

  function fold(details) {
    const adapt = () => (details.open = WIDE.matches);
    WIDE.addEventListener("change", adapt);
    adapt();
    details.addEventListener("click", (event) => {
      if (event.target.closest("a") && !WIDE.matches) details.open = false;
    });
  }

  function follow(details) {
    const links = [...details.querySelectorAll("a")];
    const targets = links.map((link) => document.getElementById(link.hash.slice(1)));
    const mark = () => {
      const passed = targets.filter((target) => target.getBoundingClientRect().top < 120).length;
      links.forEach((link, i) =>
        i === passed - 1 ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current"));
    };
    addEventListener("scroll", mark, { passive: true });
    mark();
  }

  // Figures and tables

  function save(name, kind, text) {
    const link = element("a", { download: name });
    link.href = URL.createObjectURL(new Blob([text], { type: kind }));
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // A drawing as a file of its own, in the colours of a light page.
  function standing(drawing) {
    const copy = drawing.cloneNode(true);
    copy.querySelectorAll(".dark-content").forEach((part) => part.remove());
    ["class", "style", "role", "aria-label"].forEach((name) => copy.removeAttribute(name));
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    const text = new XMLSerializer().serializeToString(copy);
    return text.replaceAll(/light-dark\((#\w+), ?(#\w+)\)/g, "$1");
  }

  function rows(table) {
    const cell = (part) => `"${part.textContent.trim().replaceAll('"', '""')}"`;
    return [...table.rows].map((row) => [...row.cells].map(cell).join(",")).join("\r\n");
  }

  function open(drawing, about) {
    const close = element("button", { type: "button" }, "close");
    const large = drawing.cloneNode(true);
    large.classList.remove("opens");
    const box = element("dialog", { class: "lightbox", "aria-label": about }, close, large);
    close.addEventListener("click", () => box.close());
    box.addEventListener("close", () => box.remove());
    box.addEventListener("click", (event) => event.target === box && box.close());
    document.body.append(box);
    box.showModal();
  }

  function tools(figure) {
    const caption = figure.querySelector("figcaption").textContent.trim();
    const about = caption.split(":")[0].replaceAll("\u00a0", " ");
    const name = about.toLowerCase().replaceAll(/\s+/g, "-");
    const drawing = figure.querySelector("svg.drawing");
    const table = figure.querySelector("table");
    const made = element("div", { class: "tools" });
    if (drawing && !drawing.closest(".explorer")) {
      drawing.classList.add("opens");
      drawing.addEventListener("click", () => open(drawing, about));
      made.append(
        button("enlarge", about, () => open(drawing, about)),
        button("save as SVG", about, () => save(`${name}.svg`, "image/svg+xml", standing(drawing))));
    } else if (table) {
      made.append(button("save as CSV", about, () => save(`${name}.csv`, "text/csv", rows(table))));
    }
    const data = document.querySelector('a[href="data.zip"]');
    if (data && made.childElementCount) {
      made.append(element("a", { href: "data.zip", "aria-label": `results: ${about}` }, "results"));
    }
    if (made.childElementCount) figure.append(made);
    reach(figure.querySelector(".scroll, :scope > div:has(> table)"), about);
  }

  // What scrolls can be reached and scrolled by keys.
  function reach(place, about) {
    if (!place) return;
    const adapt = () => {
      const names = { tabindex: "0", role: "region", "aria-label": `${about}, which scrolls` };
      Object.entries(names).forEach(([key, value]) =>
        place.scrollWidth > place.clientWidth + 1 ? place.setAttribute(key, value) : place.removeAttribute(key));
    };
    new ResizeObserver(adapt).observe(place);
  }

  const details = contents();
  if (details) {
    fold(details);
    follow(details);
  }
  document.querySelectorAll(FLOATS).forEach(tools);
  // Quarto's own has a picture and no name.
  addEventListener("load", () =>
    document.querySelectorAll(".quarto-color-scheme-toggle").forEach((link) =>
      link.setAttribute("aria-label", "light or dark")));
})();
