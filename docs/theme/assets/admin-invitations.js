// Invitations to register: who is asked until when, and how far that has got.
import { append, badge, errors, facts, here, link, make, midnight, number, put, read, say, show, spokenDay, state, view } from './admin-desk.js';
import { call } from './api.js';
import { t } from './i18n.js';
import { moment } from './moments.js';

const BEGINS = ['user-administrator', 'administrator'];
let nextInvitations = '', openInvitation = null;

const dayName = day => spokenDay.format(midnight(day));
const whoIsAsked = ({ group, whom: kind }) => group || t(`whom-${kind}`);
const mayInvite = () => BEGINS.includes(state.me.role);

export async function invitations() {
  const { id } = here(), section = view('invitations');
  if (id) return showInvitation(await read(`admin/invitations/${encodeURIComponent(id)}`));
  section.querySelector('[data-new]').hidden = !mayInvite();
  section.querySelector('[data-invitations]').replaceChildren();
  await moreInvitations('');
  show('invitations');
}

export async function moreInvitations(from = nextInvitations) {
  const section = view('invitations'), list = section.querySelector('[data-invitations]');
  const found = await read(`admin/invitations?${new URLSearchParams({ cursor: from })}`);
  nextInvitations = found.cursor;
  append(list, found.invitations.map(invitationRow), from);
  put(section, { found: list.children.length ? '' : t('no-invitations') });
  section.querySelector('[data-more]').hidden = !nextInvitations;
}

function invitationRow(invitation) {
  const item = make('li'), title = make('h2');
  title.append(link(`#invitations/${invitation.id}`, whoIsAsked(invitation)));
  item.append(title, ' ', badge(t(`invitation-${invitation.state}`)), make('p', t('until', { day: dayName(invitation.deadline) }), { className: 'hint' }), progressBar(invitation));
  return item;
}

// So many of so many: the bar, and beside it what it shows.
function progressBar({ asked, registered }, short = '') {
  const cell = make('span', '', { className: 'progress' }), words = t('so-many', { registered: number(registered), asked: number(asked) });
  cell.append(make('progress', '', { max: Math.max(asked, 1), value: Math.min(registered, asked), ariaLabel: words }), ' ', make('span', short || words));
  return cell;
}

function showInvitation(invitation) {
  const section = view('invitation'), { state: at } = invitation;
  openInvitation = invitation;
  put(section, { title: whoIsAsked(invitation), until: t('until', { day: dayName(invitation.deadline) }) });
  section.querySelector('[data-badges]').replaceChildren(badge(t(`invitation-${at}`), at === 'stopped' ? 'warn' : ''));
  section.querySelector('[data-bar]').replaceChildren(progressBar(invitation));
  section.querySelector('[data-waiting-people]').href = `#people?${new URLSearchParams({ state: 'invited', ...(invitation.group && { group: invitation.group }) })}`;
  facts(section.querySelector('[data-facts]'), [
    [t('begun-by'), `${invitation.by}, ${moment(invitation.created_at)}`],
    [t('next-mails'), invitation.next_at ? moment(invitation.next_at) : ''],
    [t('reminded'), number(invitation.reminded)],
    [t('must-register'), invitation.required ? number(invitation.required) : ''],
    [t('changed-by'), invitation.changed_by ? `${invitation.changed_by}, ${moment(invitation.changed_at)}` : ''],
    [t('reason'), invitation.note],
    ...invitation.skipped.map(({ label, count }) => [label, number(count)]),
  ]);
  for (const name of ['days', 'groups']) {
    const rows = invitation[name], place = section.querySelector(`[data-${name}]`);
    place.closest('section').hidden = !rows.length;
    place.replaceChildren(...rows.map(counted => {
      const line = make('tr'), cell = make('td'), text = name === 'days' ? dayName(counted.name) : counted.name === '*' ? t('other-groups') : counted.name;
      cell.append(name === 'days' ? number(counted.registered) : progressBar(counted, number(counted.registered)));
      line.append(make('th', text, { scope: 'row' }), make('td', number(counted.asked)), cell);
      return line;
    }));
  }
  const form = section.querySelector('form'), to = at === 'running' ? 'stopped' : 'running';
  form.hidden = !mayInvite() || at === 'finished';
  form.querySelector('button').textContent = t(`invitation-to-${to}`);
  form.elements.note.value = '';
  show('invitation');
}

export async function beginInvitation(form) {
  const { group, deadline, note } = form.elements;
  if (!deadline.value) return errors.fieldError('deadline');
  const made = await call('admin/invitations', { group: group.value.trim(), deadline: deadline.value, note: note.value.trim() });
  form.reset();
  history.pushState({}, '', `#invitations/${made.id}`);
  showInvitation(made);
  say(t('invitation-begun'));
}

// Stopped, or running again; what was stopped can go on at once.
export async function moveInvitation(form) {
  const to = openInvitation.state === 'running' ? 'stopped' : 'running';
  showInvitation(await call(`admin/invitations/${openInvitation.id}`, { state: to, note: form.elements.note.value.trim() }));
  say(t(`invitation-now-${to}`));
}
