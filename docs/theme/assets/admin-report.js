// Usage of the last days: how attempts ended, by day, domain and method; what that saved; how people stand.
import { chart } from './admin-charts.js';
import { dated, facts, here, link, make, midnight, number, put, read, show, spokenDay, tabs, view } from './admin-desk.js';
import { t } from './i18n.js';
import { region } from './moments.js';

const ENDS = ['finished', 'refused', 'given_up'], COUNTS = ['started', ...ENDS];
const BY_MONTH = 92; // days that still have columns of their own

export async function report() {
  const days = here().query.get('days') || '7', section = view('report');
  tabs(section.querySelector('.tabs'), days);
  const found = await read(`admin/report?days=${encodeURIComponent(days)}`);
  const { resets, people, other } = found;
  const [first, last] = [resets[0].day, resets.at(-1).day];
  put(section, { range: t('report-range', { range: spokenDay.formatRange(midnight(first), midnight(last)) }) });
  section.querySelector('[data-csv]').href = `/api/admin/report?days=${found.days}&format=csv`;
  totals(section, found);
  charts(section, found);
  const share = count => (people.accounts ? `${number(count)} (${Math.round((count / people.accounts) * 100)} %)` : '0');
  facts(section.querySelector('[data-people]'), [
    [t('accounts'), number(people.accounts)],
    [t('registered'), share(people.registered)],
    [t('enabled'), share(people.enabled)],
    [t('able'), share(people.capable)],
  ]);
  const happened = Object.entries(other).filter(([, count]) => count).map(([kind, count]) => {
    const item = make('li');
    item.append(link(`#activity?kind=${kind}&start=${first}&end=${last}`, t(`event-${kind}`)), ' ', make('b', number(count)));
    return item;
  });
  section.querySelector('[data-other]').replaceChildren(...(happened.length ? happened : [make('li', t('none'))]));
  show('report');
}

function totals(section, { resets, unlocks, saved }) {
  const all = [...resets, ...unlocks], sum = name => number(all.reduce((total, day) => total + day[name], 0));
  const money = new Intl.NumberFormat(`${region}-u-nu-latn`, { style: 'currency', currency: saved.currency, maximumFractionDigits: 0 });
  facts(section.querySelector('[data-totals]'), [
    ...COUNTS.map(name => [t(name), sum(name)]),
    [t('saved-calls'), number(saved.calls)],
    [t('saved-amount'), saved.call_cost ? money.format(saved.amount) : ''],
  ]);
  section.querySelector('[data-no-cost]').hidden = saved.call_cost > 0;
}

function charts(section, { resets, unlocks, domains, methods }) {
  const place = name => section.querySelector(`[data-chart="${name}"]`);
  const draw = (name, more) => chart(place(name), { title: place(name).parentElement.querySelector('h2').textContent, series: ENDS, unit: 'attempts', ...more });
  const ends = row => ({ values: ENDS.map(name => row[name]), cells: COUNTS.map(name => row[name]) });
  for (const [name, days] of [['resets', resets], ['unlocks', unlocks]]) {
    const monthly = days.length > BY_MONTH;
    const short = dated(monthly ? { month: 'short', year: '2-digit' } : { day: 'numeric', month: 'short' });
    const long = monthly ? dated({ month: 'long', year: 'numeric' }) : spokenDay;
    const rows = (monthly ? months(days) : days).map(row => ({ name: long.format(midnight(row.day)), short: short.format(midnight(row.day)), ...ends(row) }));
    draw(name, { rows, upright: true, head: [monthly ? 'month' : 'day', ...COUNTS] });
  }
  const shown = domains.map(row => ({ ...ends(row), name: row.domain, short: [row.domain, row.directory, row.policy].filter(Boolean).join(' · ') }));
  draw('domains', { rows: shown.map((row, at) => ({ ...row, cells: [domains[at].directory, domains[at].policy, ...row.cells] })), head: ['domain', 'directory', 'policy', ...COUNTS] });
  const proofs = methods.map(({ label, passed, failed }) => ({ name: label, values: [passed, failed], cells: [passed, failed] }));
  draw('methods', { rows: proofs, series: ['passed', 'failed'], unit: 'proofs', head: ['kind', 'passed', 'failed'] });
}

function months(days) {
  const found = new Map();
  for (const { day, ...counts } of days) {
    const name = `${day.slice(0, 7)}-01`, row = found.get(name) || { day: name };
    for (const each of COUNTS) row[each] = (row[each] || 0) + counts[each];
    found.set(name, row);
  }
  return [...found.values()];
}

// On paper every table is open.
export function onPrint() {
  const closed = [...view('report').querySelectorAll('details:not([open])')];
  for (const each of closed) each.open = true;
  addEventListener('afterprint', () => { for (const each of closed) each.open = false; }, { once: true });
}
