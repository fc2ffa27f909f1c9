// Usage of the last days, and how people stand.
import { bars } from './admin-charts.js';
import { facts, here, show, tabs, view } from './admin-desk.js';
import { call } from './api.js';
import { t } from './i18n.js';

export async function report() {
  const days = here().query.get('days') || '7', section = view('report');
  tabs(section.querySelector('.tabs'), days);
  showReport(section, await call(`admin/report?days=${days}`));
  show('report');
}

function showReport(section, { people, resets, unlocks, methods, other }) {
  const share = number => (people.accounts ? `${number} (${Math.round((number / people.accounts) * 100)} %)` : '0');
  facts(section.querySelector('[data-people]'), [
    [t('accounts'), people.accounts],
    [t('registered'), share(people.registered)],
    [t('enabled'), share(people.enabled)],
    [t('able'), share(people.capable)],
  ]);
  for (const [name, days] of [['resets', resets], ['unlocks', unlocks]]) {
    const rows = days.map(day => ({ name: day.day, values: [day.finished, day.refused + day.given_up], cells: [day.started, day.finished, day.refused, day.given_up] }));
    chart(section, name, rows, ['bars-finished', 'bars-rest'], ['day', 'started', 'finished', 'refused', 'given_up']);
  }
  const rows = methods.map(({ label, passed, failed }) => ({ name: label, values: [passed, failed], cells: [passed, failed] }));
  chart(section, 'methods', rows, ['proofs-passed', 'proofs-failed'], ['kind', 'passed', 'failed']);
  facts(section.querySelector('[data-other]'), Object.entries(other).map(([kind, number]) => [t(`event-${kind}`), number]));
}

function chart(section, name, rows, legend, columns) {
  const total = place => rows.reduce((sum, { values }) => sum + values[place], 0);
  bars(section.querySelector(`[data-chart="${name}"]`), rows, legend.map((words, place) => t(words, { n: total(place) })), columns.map(each => t(each)));
}
