// The line of a session: in which browser and since when it is open, and a button that ends it (F38).
import { t } from './i18n.js';
import { moment } from './moments.js';

export function sessionLine(page, session) {
  const item = page.querySelector('#session').content.cloneNode(true), start = moment(session.started_at);
  const device = session.device || t('device');
  item.querySelector('[data-device]').textContent = device;
  item.querySelector('[data-when]').textContent = t('when', { start, seen: moment(session.seen_at) });
  item.querySelector('[data-here]').hidden = !session.current;
  const end = item.querySelector('[data-end]');
  end.hidden = session.current;
  end.dataset.end = session.id;
  end.setAttribute('aria-label', `${end.textContent}: ${device}, ${start}`);
  return item;
}
