// Tables are sorted by the column whose head is pressed: numbers as such, what is missing last.
const valueOf = (row, column) => row.cells[column].dataset.value;

for (const table of document.querySelectorAll("table.sortable"))
  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("th");
    if (!head) return;
    const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
    const column = head.cellIndex;
    const rows = [...table.tBodies[0].rows];
    rows.sort((a, b) => computed.compare(valueOf(a, column), valueOf(b, column), sign));
    table.tBodies[0].append(...rows);
  });
