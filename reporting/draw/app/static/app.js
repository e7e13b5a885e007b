"use strict";
// Draws the charts of a page, and sends a form of filters when something in it was chosen. Without
// this script all figures are there: charts have tables, the form a button.
(() => {
  const vega = document.currentScript.dataset.vega;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const night = {
    "#1c2b36": "#e4eaee", "#566775": "#a3b1bc", "#d9e0e5": "#34424d", "#2c6591": "#6aaee0",
    "#1f3a4d": "#b9d6ea", "#dbe7f0": "#27435a", "#2f7d4f": "#5cb884", "#b23a30": "#ec8278",
    "#eef3f7": "#1d2b36", "#e8edf0": "#2a3741", "white": "#18222a",
  };

  const tinted = (specification) => {
    const text = JSON.stringify(specification);
    const shown = dark.matches && !matchMedia("print").matches
      ? text.replace(/"(#[0-9a-f]{6}|white)"/g, (whole, color) => `"${night[color] ?? color}"`)
      : text;
    return {...JSON.parse(shown), background: "transparent"};
  };

  const draw = () => {
    const data = document.getElementById("charts");
    if (!data) return;
    if (!window.vegaEmbed) {
      // A page that came by a link has no head of its own.
      if (!document.querySelector(`script[src="${vega}"]`)) {
        const script = document.createElement("script");
        script.src = vega;
        script.addEventListener("load", draw);
        document.head.append(script);
      }
      return;
    }
    const charts = JSON.parse(data.textContent);
    for (const figure of document.querySelectorAll("[data-chart]")) {
      const chart = charts[figure.dataset.chart];
      if (!chart) continue;
      // With `ast`, nothing is evaluated as code.
      window.vegaEmbed(figure.querySelector(".drawn"), tinted(chart), {
        actions: false, ast: true, renderer: "svg", defaultStyle: false,
        tooltip: {disableDefaultStyle: true},
      }).catch((error) => console.error(error));
    }
  };

  // Files may be dropped beside the field, too.
  const takeDrops = () => {
    const zone = document.querySelector("[data-dropzone]");
    const over = (event) => {
      event.preventDefault();
      zone.classList.toggle("over", event.type === "dragover");
      if (event.type === "drop") zone.querySelector("input").files = event.dataTransfer.files;
    };
    for (const type of ["dragover", "dragleave", "drop"]) zone?.addEventListener(type, over);
  };

  // Filters stay open while one goes on to choose.
  let choosing = false;

  const start = () => {
    draw();
    takeDrops();
    const form = document.getElementById("filters");
    const fields = form?.querySelector("details");
    if (fields) {
      fields.open = choosing;
      fields.addEventListener("toggle", () => { choosing = fields.open; });
    }
    form?.addEventListener("change", (event) => {
      if (event.target.type === "date" && !form.checkValidity()) return;
      // What lies within what was chosen before is not within what is chosen now.
      const within = {region: ["city", "store"], city: ["store"]}[event.target.name] ?? [];
      for (const name of within) {
        if (form.elements[name]) form.elements[name].value = "";
      }
      form.requestSubmit();
    });
    form?.addEventListener("submit", () => {
      for (const field of form.elements) {
        if (field.name && !field.value) field.disabled = true;
      }
    }, true);
  };

  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== document.body) return;
    start();
    // Whoever followed a link goes on from the top of what it led to, by keyboard and reader, too.
    if (event.detail.requestConfig?.elt?.tagName === "A") {
      document.getElementById("content")?.focus({preventScroll: true});
    }
  });
  document.addEventListener("htmx:beforeRequest", () => {
    const busy = document.getElementById("busy");
    if (busy) busy.textContent = "Loading …";
  });
  document.addEventListener("htmx:afterRequest", () => {
    const busy = document.getElementById("busy");
    if (busy) busy.textContent = "";
  });
  // Errors are pages, too.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.getResponseHeader("content-type")?.startsWith("text/html")) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });
  dark.addEventListener("change", draw);
})();
