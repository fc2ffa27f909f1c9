// Examples of what the rules find (`ruleid`) and of what they leave alone (`ok`). Nobody runs them.
export function shows(element, name, range) {
  // ruleid: text-is-shown-as-text
  element.innerHTML = name;
  // ruleid: text-is-shown-as-text
  element.insertAdjacentHTML('beforeend', name);
  // ruleid: text-is-shown-as-text
  eval(name);
  // ruleid: text-is-shown-as-text
  range.createContextualFragment(name);
  // ok: text-is-shown-as-text
  element.textContent = name;
}

export function keeps(flow) {
  // ruleid: a-browser-keeps-nothing-for-long
  localStorage.setItem('flow', flow);
  // ruleid: a-browser-keeps-nothing-for-long
  document.cookie = flow;
  // ok: a-browser-keeps-nothing-for-long
  sessionStorage.setItem('flow', flow);
}

export function asks(body) {
  // ruleid: only-our-own-origin-is-asked
  fetch('https://other.example/api', { body });
  // ruleid: only-our-own-origin-is-asked
  navigator.sendBeacon('/api', body);
  // ok: only-our-own-origin-is-asked
  fetch('/api/health', { body });
}
