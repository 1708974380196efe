// The Lucide icons that templates and labels name; the build makes one sprite of them.
export const icons = [
  'activity', 'ban', 'check', 'chevron-down', 'chevron-right', 'circle-alert', 'circle-check', 'circle-dot', 'circle-help',
  'circle-pause', 'circle-play', 'circle-slash', 'circle-x', 'clock', 'copy', 'download', 'file-warning', 'filter', 'flag', 'git-branch',
  'history', 'hourglass', 'house', 'inbox', 'info', 'key-round', 'languages', 'layers', 'lightbulb', 'log-in', 'log-out',
  'mail', 'menu', 'minus', 'monitor', 'moon', 'panel-left', 'route', 'scroll-text', 'search', 'send', 'shield-check',
  'sliders-horizontal', 'split', 'sun', 'tags', 'timer', 'table', 'triangle-alert', 'undo-2', 'user-round', 'users', 'workflow', 'x', 'zap',
];
