// The colours of both themes, as [light, dark]; text pairs keep at least 4.5:1 in each (a test computes it).
export const colours = {
  bg: ['#f6f7f9', '#0f1216'],
  surface: ['#fff', '#171b21'],
  raised: ['#fff', '#1e242c'],
  sunken: ['#eceff3', '#0b0e11'],
  hover: ['#f2f4f7', '#1c2128'],
  line: ['#d9dee6', '#2c343f'],
  'line-strong': ['#7a8696', '#717d8d'],
  ink: ['#18202b', '#e8ecf2'],
  'ink-2': ['#4a5667', '#b4bdca'],
  'ink-3': ['#5c6879', '#94a0b0'],
  brand: ['#2353c4', '#8fb0ff'],
  'brand-strong': ['#1b439f', '#b3c9ff'],
  'brand-soft': ['#e8eefc', '#1b2a4d'],
  'on-brand': ['#fff', '#0c1530'],
  'on-bad': ['#fff', '#2b0a07'],
  ok: ['#17703f', '#5fd196'],
  'ok-soft': ['#e2f4e9', '#12301f'],
  warn: ['#8a5300', '#f0b552'],
  'warn-soft': ['#fdf1dc', '#382708'],
  bad: ['#b3261e', '#ff8f85'],
  'bad-soft': ['#fdeae8', '#44150f'],
  'bad-strong': ['#8f1d17', '#ffb0a9'],
  info: ['#0b6a86', '#62c6e6'],
  'info-soft': ['#e0f3f9', '#0c2e3a'],
  vio: ['#6b3fb5', '#c3a5ff'],
  'vio-soft': ['#f1eafc', '#2d1f4a'],
  hatch: ['#f7ddab', '#4d360b'],
  // the series of a chart, in this order; each stands at least 3:1 against the surface
  'plot-1': ['#2353c4', '#8fb0ff'],
  'plot-2': ['#0f7b6c', '#4fcfbd'],
  'plot-3': ['#b45309', '#f0b552'],
  'plot-4': ['#8a4fd0', '#c3a5ff'],
  'plot-5': ['#c02a6b', '#ff94bd'],
  'plot-6': ['#5c6879', '#94a0b0'],
  scrim: ['rgb(16 24 40 / .44)', 'rgb(0 0 0 / .64)'],
  'shadow-1': ['0 1px 2px rgb(16 24 40 / .05)', 'none'],
  'shadow-2': ['0 12px 32px rgb(16 24 40 / .16)', '0 12px 32px rgb(0 0 0 / .6)'],
};

const block = (theme) => {
  const at = theme === 'light' ? 0 : 1;
  const lines = Object.entries(colours).map(([name, pair]) => `--${name}:${pair[at]}`);
  return [`color-scheme:${theme}`, ...lines].join(';');
};

// light is the default; "auto" follows the system without any script.
export const css = `
:root,[data-theme=light]{${block('light')}}
[data-theme=dark]{${block('dark')}}
@media (prefers-color-scheme:dark){[data-theme=auto]{${block('dark')}}}
@media print{[data-theme]{${block('light')}}}
:root{
--font-ui:Inter,"PingFang SC","HarmonyOS Sans SC","Microsoft YaHei UI","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",system-ui,sans-serif;
--font-mono:ui-monospace,"SF Mono","Cascadia Mono",Consolas,"DejaVu Sans Mono","Noto Sans Mono CJK SC",monospace;
--t-12:.75rem;--t-13:.8125rem;--t-14:.875rem;--t-15:.9375rem;--t-20:1.25rem;--t-26:1.625rem;
--r:6px;--r-lg:10px;--top:48px;--side:216px;--side-narrow:56px;--pad:24px;--gap:16px;--row:40px;--control:32px}
/* a Chinese font's quotation marks are full-width: English takes a Latin one first */
:root:lang(en){--font-ui:Inter,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",system-ui,sans-serif}
@media (max-width:767px){:root{--pad:16px;--control:40px}}
`;
