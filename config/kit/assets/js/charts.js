// The charts island: <x-chart> draws the numbers of the table that stands inside it; without this file the table is shown.
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, LineChart, PieChart, AriaComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent, SVGRenderer]);

const TONES = ['brand', 'ok', 'warn', 'bad', 'info', 'vio'];
const chinese = document.documentElement.lang.startsWith('zh');
const whole = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 });
const brief = new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact', maximumFractionDigits: 1 });
const still = matchMedia('(prefers-reduced-motion: reduce)');
const dark = matchMedia('(prefers-color-scheme: dark)');

const tokens = () => {
  const style = getComputedStyle(document.documentElement);
  return (name) => style.getPropertyValue(`--${name}`).trim();
};

const frame = (token, data) => ({
  animation: !still.matches,
  animationDuration: 250,
  aria: { enabled: true, label: { enabled: false }, decal: { show: data.series.length > 1 && data.kind !== 'line' } },
  textStyle: { fontFamily: token('font-ui'), fontSize: 12, color: token('ink-2') },
  tooltip: {
    trigger: data.kind === 'share' ? 'item' : 'axis',
    confine: true,
    backgroundColor: token('raised'),
    borderColor: token('line'),
    textStyle: { color: token('ink'), fontSize: 12, fontFamily: token('font-ui') },
    valueFormatter: (value) => (value === null || value === undefined ? '–' : `${whole.format(value)}${data.unit ? ` ${data.unit}` : ''}`),
  },
  legend: {
    show: data.series.length > 1 || data.kind === 'share',
    type: 'plain',
    top: 0,
    left: 0,
    icon: 'roundRect',
    itemWidth: 12,
    itemHeight: 10,
    textStyle: { color: token('ink-2'), fontSize: 12 },
    inactiveColor: token('ink-3'),
  },
});

const axes = (token, data) => {
  const names = {
    type: 'category',
    data: data.labels,
    boundaryGap: data.kind !== 'line',
    axisLine: { lineStyle: { color: token('line-strong') } },
    axisTick: { show: false },
    axisLabel: { color: token('ink-2'), fontSize: 12, hideOverlap: true },
  };
  const numbers = {
    type: 'value',
    minInterval: data.whole ? 1 : 0,
    splitNumber: 4,
    splitLine: { lineStyle: { color: token('line') } },
    axisLabel: { color: token('ink-2'), fontSize: 12, formatter: (value) => brief.format(value) },
  };
  const top = data.series.length > 1 ? 36 : 12;
  const grid = { left: 4, right: 12, top, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };
  if (data.kind === 'rows') return { grid, xAxis: numbers, yAxis: { ...names, inverse: true } };
  return { grid, xAxis: names, yAxis: numbers };
};

const limit = (token, data) => ({
  silent: true,
  symbol: 'none',
  lineStyle: { color: token('bad'), type: 'dashed' },
  label: { color: token('bad'), formatter: data.limit_name || whole.format(data.limit), position: 'insideEndTop' },
  data: [data.kind === 'rows' ? { xAxis: data.limit } : { yAxis: data.limit }],
});

const series = (token, data) => data.series.map((each, at) => {
  const tone = token(each.tone || TONES[at % TONES.length]);
  const line = data.kind === 'line';
  return {
    name: each.name,
    type: line ? 'line' : 'bar',
    data: each.values,
    stack: data.kind === 'stack' ? 'all' : undefined,
    color: tone,
    barMaxWidth: 28,
    symbol: ['circle', 'rect', 'triangle', 'diamond', 'pin', 'arrow'][at % 6],
    symbolSize: 5,
    showSymbol: line && each.values.length <= 40,
    lineStyle: line ? { width: 2, type: ['solid', 'dashed', 'dotted'][at % 3] } : undefined,
    itemStyle: { borderRadius: line || data.kind === 'stack' ? 0 : 2 },
    markLine: at === 0 && data.limit !== null && data.limit !== undefined ? limit(token, data) : undefined,
  };
});

const shares = (token, data) => [{
  type: 'pie',
  radius: ['52%', '78%'],
  top: 28,
  label: { color: token('ink-2'), formatter: '{b} {d} %' },
  data: data.labels.map((name, at) => ({
    name,
    value: data.series[0].values[at],
    itemStyle: { color: token(TONES[at % TONES.length]), borderColor: token('surface'), borderWidth: 2 },
  })),
}];

class Chart extends HTMLElement {
  connectedCallback() {
    this.data = JSON.parse(this.querySelector('script').textContent);
    this.plot = this.querySelector('.plot');
    this.drawing = init(this.plot, null, { renderer: 'svg', locale: chinese ? 'ZH' : 'EN' });
    this.draw();
    this.follow();
    this.toggle();
  }

  disconnectedCallback() {
    this.gone?.abort();
    this.theme?.disconnect();
    this.size?.disconnect();
    this.drawing?.dispose();
    this.plot?.replaceChildren();
  }

  draw() {
    const token = tokens();
    const { data } = this;
    const body = data.kind === 'share' ? { series: shares(token, data) } : { ...axes(token, data), series: series(token, data) };
    this.drawing.setOption({ ...frame(token, data), ...body }, true);
  }

  // The colours are the page's: a switch of theme, by the button or by the system, draws again.
  follow() {
    this.gone = new AbortController();
    const { signal } = this.gone;
    this.theme = new MutationObserver(() => this.draw());
    this.theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    dark.addEventListener('change', () => this.draw(), { signal });
    this.size = new ResizeObserver(() => this.drawing.resize());
    this.size.observe(this.plot);
    window.addEventListener('beforeprint', () => this.drawing.resize({ width: Math.min(this.plot.clientWidth, 640), silent: true }), { signal });
    window.addEventListener('afterprint', () => this.drawing.resize({ width: 'auto' }), { signal });
    this.drawing.on('click', (event) => {
      const address = this.data.links?.[event.dataIndex];
      if (address) location.assign(address);
    });
  }

  toggle() {
    const button = this.querySelector('[data-twin]');
    if (!button) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const table = this.dataset.view !== 'table';
      this.dataset.view = table ? 'table' : 'plot';
      button.setAttribute('aria-pressed', String(table));
      if (!table) this.drawing.resize();
    }, { signal: this.gone.signal });
  }
}

customElements.define('x-chart', Chart);
