// Panels: conditions shown or not, the axis, and which run the pointer is at.

/** Rows of a drawing that are not shown leave no gap; what has no height stays where it is. */
function closeUp(svg) {
  const parts = [...svg.querySelectorAll(":scope > [data-height]")];
  if (parts.length === 0) return;
  const { moved, gap } = computed.closedUp(
    parts.map((part) => ({ height: Number(part.dataset.height), shown: !part.classList.contains("off") })),
  );
  parts.forEach((part, i) => part.setAttribute("transform", `translate(0 ${-moved[i]})`));
  const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.dataset.height ??= height;
  svg.setAttribute("viewBox", [x, y, width, svg.dataset.height - gap].join(" "));
}

for (const button of document.querySelectorAll("[data-toggle]"))
  button.addEventListener("click", () => {
    const shown = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(shown));
    for (const part of document.querySelectorAll(`.panel [data-condition="${button.dataset.toggle}"]`))
      part.classList.toggle("off", !shown);
    document.querySelectorAll(".panel svg").forEach(closeUp);
  });

for (const button of document.querySelectorAll("[data-axis]"))
  button.addEventListener("click", () => {
    const figure = button.closest("figure");
    const buttons = [...figure.querySelectorAll("[data-axis]")];
    for (const each of buttons) each.setAttribute("aria-pressed", String(each === button));
    figure.querySelectorAll(".panel").forEach((panel, i) => {
      panel.hidden = buttons[i] !== button;
    });
  });

const tip = document.getElementById("tip");
const reach = 8; // of the pointer, in units of the drawing
const linesOf = new WeakMap(); // drawing -> its runs, and the points of each

function runsOf(svg) {
  if (!linesOf.has(svg)) {
    const runs = [...svg.querySelectorAll(".run")];
    const pointsOf = (run) => [...run.querySelectorAll("polyline")].flatMap((line) => [...line.points].map((at) => [at.x, at.y]));
    linesOf.set(svg, { runs, lines: runs.map(pointsOf) });
  }
  return linesOf.get(svg);
}

/** The run that passes nearest to a place of the drawing, if any that is shown is in reach. */
function runAt(svg, place) {
  const { runs, lines } = runsOf(svg);
  return runs[computed.nearest(lines.map((line, i) => (runs[i].closest(".off") ? [] : line)), place, reach)] ?? null;
}

let pointed = null;
function point(run, event) {
  if (pointed !== run) pointed?.classList.remove("pointed");
  run?.classList.add("pointed");
  pointed = run;
  tip.hidden = !run;
  if (!run) return;
  tip.textContent = run.dataset.label;
  tip.style.left = `${Math.max(4, Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 4))}px`;
  tip.style.top = `${Math.max(4, event.clientY - tip.offsetHeight - 12)}px`;
}

for (const svg of document.querySelectorAll(".panel svg"))
  if (svg.querySelector(".run")) {
    svg.addEventListener("pointermove", (event) => {
      const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
      point(runAt(svg, [at.x, at.y]), event);
    });
    svg.addEventListener("pointerleave", (event) => point(null, event));
  }
