// Charts drawn from the tables of the page (table[data-chart]): every number in them stands in the table, in the
// reader's language, and every mark leads where its row leads. The library is loaded when the reader asks for charts.
const control = document.querySelector("[data-charts]");
const CHOICE = "charts";

function loaded(address) {
  return new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: address, onload: resolve, onerror: reject });
    document.head.append(script);
  });
}

// The colour that a token has in the scheme at work.
function colour(token) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${token})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// What a table says: names of rows and where they lead; for each series its name, its numbers and their words.
function read(table) {
  const rows = [...table.tBodies[0].rows];
  const heads = [...table.tHead.rows[0].cells];
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    addresses: rows.map((row) => row.cells[0].querySelector("a")?.href),
    series: table.dataset.series.split(" ").map((column) => ({
      name: heads[column].textContent.trim(),
      values: rows.map((row) => {
        const value = row.cells[column].querySelector("data")?.value;
        return value ? Number(value) : null;
      }),
      words: rows.map((row) => row.cells[column].textContent.trim()),
    })),
  };
}

function options(table) {
  const { names, series } = read(table);
  const upright = table.dataset.chart === "column";
  const text = colour("text");
  const lines = { axisLine: { lineStyle: { color: colour("line-strong") } }, axisLabel: { color: text } };
  const categories = { type: "category", data: names, inverse: !upright, ...lines };
  categories.axisLabel = { color: text, width: upright ? 90 : 150, overflow: "break", interval: 0 };
  // The words of the largest values are those of their cells; between them a scale without figures of its own.
  const values = { type: "value", axisLabel: { show: false }, splitLine: { lineStyle: { color: colour("line") } } };
  return {
    animation: false,
    color: ["accent", "amber", "green"].map(colour),
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, color: text },
    legend: { show: series.length > 1, textStyle: { color: text }, top: 0 },
    grid: { left: 8, right: 90, top: series.length > 1 ? 32 : 8, bottom: 8, containLabel: true },
    tooltip: {
      renderMode: "richText", // drawn, not written as HTML: the security policy allows no inline style
      confine: true,
      backgroundColor: colour("surface"),
      borderColor: colour("line-strong"),
      textStyle: { color: text },
      formatter: ({ seriesIndex, dataIndex }) =>
        `${names[dataIndex]}\n${series[seriesIndex].name}: ${series[seriesIndex].words[dataIndex]}`,
    },
    xAxis: upright ? categories : values,
    yAxis: upright ? values : categories,
    series: series.map(({ name, values: numbers, words }) => ({
      name,
      type: "bar",
      barMaxWidth: 18,
      data: numbers,
      label: {
        show: true,
        position: upright ? "top" : "right",
        color: text,
        formatter: ({ dataIndex }) => (numbers[dataIndex] === null ? "" : words[dataIndex]),
      },
    })),
  };
}

function save(name, address) {
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
}

function exported(table, kind) {
  const canvas = document.createElement("div");
  const shown = document.getElementById(`${table.id}-chart`);
  canvas.style.width = `${shown.clientWidth}px`;
  canvas.style.height = `${shown.clientHeight}px`;
  const chart = window.echarts.init(canvas, null, {
    renderer: kind === "png" ? "canvas" : "svg",
    width: shown.clientWidth,
    height: shown.clientHeight,
  });
  chart.setOption({ ...options(table), backgroundColor: colour("surface") });
  const address = chart.getDataURL({ type: kind, pixelRatio: 2 });
  chart.dispose();
  return address;
}

function button(table, kind) {
  const caption = table.caption.textContent.trim();
  const made = Object.assign(document.createElement("button"), {
    className: "button button-plain",
    type: "button",
    textContent: control.dataset[kind],
  });
  made.setAttribute("aria-label", `${control.dataset.save}: ${caption}, ${control.dataset[kind]}`);
  made.addEventListener("click", () => save(`${table.id}.${kind}`, exported(table, kind)));
  return made;
}

// The chart stands before its table, which folds: readers of screens and keyboards go on with the table.
function draw(table) {
  const { addresses, names, series } = read(table);
  const holder = table.closest(".table-scroll");
  const chart = Object.assign(document.createElement("div"), { className: "chart", id: `${table.id}-chart` });
  chart.setAttribute("aria-hidden", "true");
  chart.style.height =
    table.dataset.chart === "column" ? "18rem" : `${48 + names.length * (series.length * 20 + 14)}px`;
  const title = Object.assign(document.createElement("p"), {
    className: "chart-title",
    textContent: table.caption.textContent,
  });
  const tools = Object.assign(document.createElement("div"), { className: "chart-tools" });
  tools.append(title, button(table, "png"), button(table, "svg"));
  const fold = Object.assign(document.createElement("details"), { className: "chart-table" });
  fold.append(Object.assign(document.createElement("summary"), { textContent: control.dataset.table }));
  holder.before(tools, chart, fold);
  fold.append(holder);
  const drawn = window.echarts.init(chart, null, { renderer: "svg" });
  drawn.setOption(options(table));
  drawn.on("click", ({ dataIndex }) => addresses[dataIndex] && location.assign(addresses[dataIndex]));
  new ResizeObserver(() => drawn.resize()).observe(chart);
  return () => {
    drawn.dispose();
    fold.replaceWith(holder);
    chart.remove();
    tools.remove();
  };
}

let undo = [];

function redraw() {
  if (undo.length) {
    undo.forEach((back) => back());
    undo = [...document.querySelectorAll("table[data-chart]")].map(draw);
  }
}

async function show(wanted) {
  const status = control.querySelector("[role=status]");
  const press = control.querySelector("button");
  undo.forEach((back) => back());
  undo = [];
  status.textContent = "";
  if (wanted) {
    try {
      if (!window.echarts) await loaded(control.dataset.library);
      undo = [...document.querySelectorAll("table[data-chart]")].filter((table) => table.tBodies[0].rows.length).map(draw);
    } catch {
      status.textContent = status.dataset.failed;
    }
  }
  press.setAttribute("aria-pressed", String(undo.length > 0));
}

if (control) {
  control.hidden = false;
  control.querySelector("button").addEventListener("click", () => {
    const wanted = !undo.length;
    localStorage.setItem(CHOICE, wanted ? "on" : "off");
    show(wanted);
  });
  if (localStorage.getItem(CHOICE) === "on") show(true);
  // Colours follow the scheme; on paper the tables are printed, with their bars.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
}
