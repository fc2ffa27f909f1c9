// What is kept for this tab, or null where the browser keeps nothing: in a foreign frame, with site data blocked, or full.
export function storage() {
  try {
    sessionStorage.setItem('regain', '');
    sessionStorage.removeItem('regain');
    return sessionStorage;
  } catch {
    return null;
  }
}
