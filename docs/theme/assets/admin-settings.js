// What holds here: each setting with its value and where it comes from; read, not changed.
import { facts, link, make, midnight, number, put, read, show, spokenDay, view } from './admin-desk.js';
import { t } from './i18n.js';

export async function settings() {
  const section = view('settings'), found = await read('admin/settings');
  put(section, { release: found.release, file: found.file });
  const failed = found.failed.map(({ kind, count, last, reasons }) => {
    const item = make('li'), why = make('ul');
    why.append(...reasons.map(({ text, count: many }) => make('li', t('counted', { text, n: many }))));
    item.append(link(`#activity?kind=${kind}`, t(`event-${kind}`)), ' ', make('b', number(count)), ' ', make('span', t('last-on', { day: spokenDay.format(midnight(last)) }), { className: 'hint' }), why);
    return item;
  });
  section.querySelector('[data-failed]').replaceChildren(...(failed.length ? failed : [make('li', t('none'))]));
  facts(section.querySelector('[data-functions]'), found.functions.map(({ name, last }) => [name, last ? t('last-on', { day: spokenDay.format(midnight(last)) }) : t('not-at-work')]));
  section.querySelector('[data-settings]').replaceChildren(...found.sections.filter(({ settings: rows }) => rows.length).map(group));
  show('settings');
}

function group({ name, settings: rows }) {
  const made = make('details'), table = make('table'), body = make('tbody');
  made.open = innerWidth > 896 && (rows.some(({ changed }) => changed) || rows.length < 4); // a phone shows names first
  made.append(make('summary', name), table);
  table.append(head(['setting', 'value', 'from']), body);
  body.append(...rows.map(({ name: key, value, changed, policies }) => {
    const row = make('tr', '', { className: changed ? '' : 'default' });
    const cell = make('td', value, { dir: 'auto' });
    for (const { name: who, value: other } of policies) cell.append(make('span', t('in-policy', { name: who, value: other }), { className: 'hint' }));
    row.append(make('th', key, { scope: 'row', dir: 'ltr' }), cell, make('td', t(changed ? 'from-file' : 'from-default')));
    return row;
  }));
  return made;
}

function head(names) {
  const top = make('thead'), row = make('tr');
  row.append(...names.map(name => make('th', t(`column-${name}`), { scope: 'col' })));
  top.append(row);
  return top;
}
